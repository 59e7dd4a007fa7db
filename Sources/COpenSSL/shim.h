// OpenSSL as Swift sees it. Never import this module and CLiburing in one file: the debug build then
// finds two definitions of fd_set.
#pragma once
#include <features.h>
#include <sys/select.h>
#include <openssl/evp.h>
