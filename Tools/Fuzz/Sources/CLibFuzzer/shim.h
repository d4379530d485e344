#pragma once
#include <stddef.h>
#include <stdint.h>

/* Not in any installed header: see "Using libFuzzer as a library" in its documentation. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*check)(const uint8_t *data, size_t size));

/* libFuzzer's own mutations of at most `capacity` bytes in place; returns the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);
