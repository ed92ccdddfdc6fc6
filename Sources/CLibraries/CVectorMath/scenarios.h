#ifndef LOCKSTEP_SCENARIOS_H
#define LOCKSTEP_SCENARIOS_H

// Passes over scenarios of many assets that are bound by memory, or would be if they were compiled to vectors: in C because
// Swift leaves conversions between lanes of different widths as loops.

#include <stdint.h>
#include <string.h>

// Largest magnitude of each column; returns whether every value is finite.
static inline int lockstep_columnExtents(
    const double *restrict values, int64_t rows, int64_t columns, double *restrict largest) {
  uint64_t bad = 0;
  for (int64_t row = 0; row < rows; row++) {
    const double *restrict line = values + row * columns;
    for (int64_t column = 0; column < columns; column++) {
      const double magnitude = __builtin_fabs(line[column]);
      uint64_t bits;
      memcpy(&bits, &magnitude, sizeof bits);
      // The exponent of all ones, and only it, carries into the sign.
      bad |= bits + 0x0010000000000000;
      largest[column] = magnitude > largest[column] ? magnitude : largest[column];
    }
  }
  return (bad >> 63) == 0;
}

// code = 32768 + value * inverse, rounded to the nearest integer; the product must lie within +-32767.5. Columns are filled up
// to `stride` with the code of zero.
static inline void lockstep_encodeScenarios(
    const double *restrict values, int64_t rows, int64_t columns, const double *restrict inverses, int64_t stride,
    uint16_t *restrict codes) {
  // At this size the last bit of a double is one, so addition rounds and leaves the integer in the low bits.
  const double magic = 6755399441055744.0 + 32768.0;
  for (int64_t row = 0; row < rows; row++) {
    const double *restrict line = values + row * columns;
    uint16_t *restrict target = codes + row * stride;
    for (int64_t column = 0; column < columns; column++) {
      const double shifted = line[column] * inverses[column] + magic;
      uint64_t bits;
      memcpy(&bits, &shifted, sizeof bits);
      target[column] = (uint16_t)bits;
    }
    for (int64_t column = columns; column < stride; column++) target[column] = 32768;
  }
}

#endif
