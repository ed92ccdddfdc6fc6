#ifndef LOCKSTEP_CFUZZER_H
#define LOCKSTEP_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's own entry point: the package manager gives every executable a main, so libFuzzer's cannot be used.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));

#endif
