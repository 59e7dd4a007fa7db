// What a processor can be told and Swift has no words for.
#pragma once

// Has the cache fetch what stands at an address, any address, without waiting for it.
static inline void sluice_prefetch(const void *address) {
    __builtin_prefetch(address);
}
