// Two steps of posix_spawn that the C library shows to GNU sources only, and so not to Swift's importer.
#pragma once
#include <spawn.h>

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
