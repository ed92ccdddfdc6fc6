#ifndef LOCKSTEP_CPROCESSOR_H
#define LOCKSTEP_CPROCESSOR_H

#if defined(__x86_64__)
#include <cpuid.h>
#endif

// Swift has no way to ask the processor what it can do, and the compiler's own __builtin_cpu_supports assumes what the
// build was told. Bits are those of x86-64-v3 in the x86-64 psABI, and the operating system must save the wide registers.
static inline int processor_supports_baseline(void) {
#if defined(__x86_64__)
  const unsigned leaf1 = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29;  // FMA MOVBE OSXSAVE AVX F16C
  const unsigned leaf7 = 1u << 3 | 1u << 5 | 1u << 8;                           // BMI1 AVX2 BMI2
  const unsigned extended = 1u << 5;                                            // LZCNT
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & leaf1) != leaf1) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & leaf7) != leaf7) return 0;
  if (!__get_cpuid(0x80000001u, &a, &b, &c, &d) || (c & extended) != extended) return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & 6u) == 6u;
#else
  return 1;
#endif
}

#endif
