#ifndef LOCKSTEP_VECTOR_MATH_SHIM_H
#define LOCKSTEP_VECTOR_MATH_SHIM_H

typedef double lockstep_double4 __attribute__((ext_vector_type(4)));
typedef double lockstep_double8 __attribute__((ext_vector_type(8)));

// Swift lowers squareRoot() of a vector to one guarded libm call per element; the compiler builtin is one instruction,
// and IEEE 754 makes both give the same bits.
static inline __attribute__((always_inline)) lockstep_double4 lockstep_squareRoot4(lockstep_double4 x) {
  return __builtin_elementwise_sqrt(x);
}
static inline __attribute__((always_inline)) lockstep_double8 lockstep_squareRoot8(lockstep_double8 x) {
  return __builtin_elementwise_sqrt(x);
}

// Swift has no way to ask for a cache line before it is needed; any address is allowed.
static inline __attribute__((always_inline)) void lockstep_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 3);
}

#include "normals.h"
#include "scenarios.h"

#endif
