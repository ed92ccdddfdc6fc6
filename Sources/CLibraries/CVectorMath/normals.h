#ifndef LOCKSTEP_NORMALS_H
#define LOCKSTEP_NORMALS_H

// Standard normals in bulk: Philox 4x32-10 and the Box-Muller transform on eight lanes. In C because Swift compiles integer
// arithmetic on vectors to loops that the optimiser joins again or not, as the surroundings please: the same source ran at
// 4.5 or at 9 ns a normal. The scalar twin is RandomStream.normal(at:), and the tests compare every bit.
//
// Every rounding is written out (fused where it says fma, and nowhere else), so the width of the machine's vectors does not
// change a bit. Where AVX-512 is there, the same code compiled for it takes a fifth to a quarter less time.

#include <stdint.h>

typedef uint64_t lockstep_word8 __attribute__((ext_vector_type(8)));
typedef int64_t lockstep_mask8 __attribute__((ext_vector_type(8)));

#define LOCKSTEP_KERNEL static inline __attribute__((always_inline))
#define LOCKSTEP_FMA(a, b, c) __builtin_elementwise_fma((a), (b), (lockstep_double8)(c))

// The 128 random bits of eight consecutive counters.
LOCKSTEP_KERNEL void lockstep_philox8(
    uint64_t index, uint32_t upper0, uint32_t upper1, uint32_t key0, uint32_t key1, lockstep_word8 *first,
    lockstep_word8 *second) {
  const lockstep_word8 low = (lockstep_word8)(uint64_t)0xFFFFFFFF;
  const lockstep_word8 counter = (lockstep_word8)index + (lockstep_word8){0, 1, 2, 3, 4, 5, 6, 7};
  lockstep_word8 word0 = counter, word1 = counter >> 32;
  lockstep_word8 word2 = (lockstep_word8)(uint64_t)upper0, word3 = (lockstep_word8)(uint64_t)upper1;
#pragma clang loop unroll(full)
  for (uint32_t round = 0; round < 10; round++) {
    // Only the low 32 bits of a lane count; what the products leave above them is masked by the next multiplication.
    const lockstep_word8 product0 = (word0 & low) * (lockstep_word8)(uint64_t)0xD2511F53;
    const lockstep_word8 product1 = (word2 & low) * (lockstep_word8)(uint64_t)0xCD9E8D57;
    word0 = (product1 >> 32) ^ (word1 ^ (lockstep_word8)(uint64_t)(uint32_t)(key0 + round * 0x9E3779B9u));
    word1 = product1;
    word2 = (product0 >> 32) ^ (word3 ^ (lockstep_word8)(uint64_t)(uint32_t)(key1 + round * 0xBB67AE85u));
    word3 = product0;
  }
  *first = (word0 & low) | (word1 << 32);
  *second = (word2 & low) | (word3 << 32);
}

// Two normals from each of eight words; the meaning of the bits and the polynomials are those of NormalKernel.
LOCKSTEP_KERNEL void lockstep_normalPair8(lockstep_word8 word, lockstep_double8 *first, lockstep_double8 *second) {
#pragma STDC FP_CONTRACT OFF
  const lockstep_word8 one = (lockstep_word8)(uint64_t)0x3FF0000000000000;
  const lockstep_word8 sign = (lockstep_word8)(uint64_t)0x8000000000000000;
  const lockstep_word8 mantissaMask = (lockstep_word8)(uint64_t)0x000FFFFFFFFFFFFF;
  const lockstep_word8 rootHalf = (lockstep_word8)(uint64_t)0x3FE6A09E667F3BCD;
  const lockstep_double8 uniform =
      (lockstep_double8)(((word >> 12) & (lockstep_word8)(uint64_t)0x000FFFFFFFFFF000) | one) - (1 - 0x1p-41);
  const lockstep_double8 turn =
      (lockstep_double8)(((word << 28) & (lockstep_word8)(uint64_t)0x000FFFFFC0000000) | one) - (1.5 - 0x1p-23);
  // Mantissa in [sqrt(1/2), sqrt(2)) and exponent of the uniform.
  const lockstep_word8 shifted = (lockstep_word8)uniform + (one - rootHalf);
  const lockstep_double8 exponent =
      (lockstep_double8)((shifted >> 52) | (lockstep_word8)(uint64_t)0x4330000000000000) - (4503599627370496.0 + 1023);
  const lockstep_double8 mantissa = (lockstep_double8)((shifted & mantissaMask) + rootHalf);
  const lockstep_double8 s = (mantissa - 1.0) / (mantissa + 1.0);
  const lockstep_double8 z = s * s;
  lockstep_double8 logarithm = (lockstep_double8)-0.392180951925787;
  logarithm = LOCKSTEP_FMA(logarithm, z, -0.44348361987412144);
  logarithm = LOCKSTEP_FMA(logarithm, z, -0.5714433578263358);
  logarithm = LOCKSTEP_FMA(logarithm, z, -0.7999998974759711);
  logarithm = LOCKSTEP_FMA(logarithm, z, -1.3333333335928883);
  logarithm = LOCKSTEP_FMA(logarithm, z, -3.9999999999998934);
  const lockstep_double8 radius =
      __builtin_elementwise_sqrt(LOCKSTEP_FMA(s, logarithm, exponent * -1.3862943611198906));
  const lockstep_double8 square = turn * turn;
  lockstep_double8 sine = (lockstep_double8)-3.556388849621439e-06;
  sine = LOCKSTEP_FMA(sine, square, 0.00016042926666312088);
  sine = LOCKSTEP_FMA(sine, square, -0.004681752591812208);
  sine = LOCKSTEP_FMA(sine, square, 0.07969262615577764);
  sine = LOCKSTEP_FMA(sine, square, -0.64596409750431);
  sine = LOCKSTEP_FMA(sine, square, 1.57079632679489);
  lockstep_double8 cosine = (lockstep_double8)-2.4850988050231297e-05;
  cosine = LOCKSTEP_FMA(cosine, square, 0.0009191617523877111);
  cosine = LOCKSTEP_FMA(cosine, square, -0.02086346800562106);
  cosine = LOCKSTEP_FMA(cosine, square, 0.2536695071540058);
  cosine = LOCKSTEP_FMA(cosine, square, -1.2337005501201685);
  cosine = LOCKSTEP_FMA(cosine, square, 0.9999999999999445);
  // Neither is ever zero, so flipping the sign bit is negation.
  const lockstep_double8 across = (lockstep_double8)((lockstep_word8)(radius * cosine) ^ ((word << 62) & sign));
  const lockstep_double8 along = radius * turn * sine;
  const lockstep_mask8 swaps = (lockstep_mask8)(word << 63) < 0;
  *first = swaps ? along : across;
  *second = swaps ? across : along;
}

LOCKSTEP_KERNEL void lockstep_fillNormalGroups(
    double *values, int64_t groups, uint64_t index, uint32_t upper0, uint32_t upper1, uint32_t key0, uint32_t key1,
    double scale, double offset) {
  typedef lockstep_double8 __attribute__((aligned(8))) unaligned;
  for (int64_t group = 0; group < groups; group++) {
    lockstep_word8 words[2];
    lockstep_philox8(index + 8 * (uint64_t)group, upper0, upper1, key0, key1, &words[0], &words[1]);
    for (int half = 0; half < 2; half++) {
      lockstep_double8 first, second;
      lockstep_normalPair8(words[half], &first, &second);
      unaligned *target = (unaligned *)(values + 32 * group + 16 * half);
      target[0] = LOCKSTEP_FMA((lockstep_double8)scale, first, offset);
      target[1] = LOCKSTEP_FMA((lockstep_double8)scale, second, offset);
    }
  }
}

// Groups of sixteen uniforms in (0, 1): both words of eight consecutive blocks in turn.
LOCKSTEP_KERNEL void lockstep_fillUniformGroups(
    double *values, int64_t groups, uint64_t index, uint32_t upper0, uint32_t upper1, uint32_t key0, uint32_t key1) {
  typedef lockstep_double8 __attribute__((aligned(8))) unaligned;
  const lockstep_word8 one = (lockstep_word8)(uint64_t)0x3FF0000000000000;
  for (int64_t group = 0; group < groups; group++) {
    lockstep_word8 first, second;
    lockstep_philox8(index + 8 * (uint64_t)group, upper0, upper1, key0, key1, &first, &second);
    const lockstep_double8 even = (lockstep_double8)((first >> 12) | one) - (1 - 0x1p-53);
    const lockstep_double8 odd = (lockstep_double8)((second >> 12) | one) - (1 - 0x1p-53);
    unaligned *target = (unaligned *)(values + 16 * group);
    target[0] = __builtin_shufflevector(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
    target[1] = __builtin_shufflevector(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
  }
}

#if defined(__x86_64__)
static __attribute__((noinline, target("avx512f,avx512dq,avx512vl"))) void lockstep_fillUniformGroups512(
    double *values, int64_t groups, uint64_t index, uint32_t upper0, uint32_t upper1, uint32_t key0, uint32_t key1) {
  lockstep_fillUniformGroups(values, groups, index, upper0, upper1, key0, key1);
}
static __attribute__((noinline, target("avx512f,avx512dq,avx512vl"))) void lockstep_fillNormalGroups512(
    double *values, int64_t groups, uint64_t index, uint32_t upper0, uint32_t upper1, uint32_t key0, uint32_t key1,
    double scale, double offset) {
  lockstep_fillNormalGroups(values, groups, index, upper0, upper1, key0, key1, scale, offset);
}
static inline int lockstep_hasWideVectors(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

// Writes offset + scale * z, rounded once, for `groups` times 32 standard normals z; counters start at `index`.
static inline void lockstep_fillNormals(
    double *values, int64_t groups, uint64_t index, uint32_t upper0, uint32_t upper1, uint32_t key0, uint32_t key1,
    double scale, double offset, int isWide) {
#if defined(__x86_64__)
  if (isWide) {
    lockstep_fillNormalGroups512(values, groups, index, upper0, upper1, key0, key1, scale, offset);
    return;
  }
#endif
  lockstep_fillNormalGroups(values, groups, index, upper0, upper1, key0, key1, scale, offset);
}

// Writes `groups` times sixteen uniforms; counters start at `index`.
static inline void lockstep_fillUniforms(
    double *values, int64_t groups, uint64_t index, uint32_t upper0, uint32_t upper1, uint32_t key0, uint32_t key1,
    int isWide) {
#if defined(__x86_64__)
  if (isWide) {
    lockstep_fillUniformGroups512(values, groups, index, upper0, upper1, key0, key1);
    return;
  }
#endif
  lockstep_fillUniformGroups(values, groups, index, upper0, upper1, key0, key1);
}

#undef LOCKSTEP_KERNEL
#undef LOCKSTEP_FMA

#endif
