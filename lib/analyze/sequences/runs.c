#include "lib/analyze/sequences/runs.h"

#include "lib/base/cpu.h"
#include <recs/base.h>

enum { WORD = 64 };

/* One plane whose bits come from one other. */
static inline __attribute__((always_inline)) uint64_t move_one(uint64_t *out, const uint64_t *stay, const uint64_t *moved, size_t count,
                                                               uint32_t left) {
  uint64_t any = 0;
  for (size_t i = 0; i < count; i++)
    any |= out[i] = stay[i] & moved[i] << left;
  return any;
}

/* One plane whose bits come from two others. */
static inline __attribute__((always_inline)) uint64_t move_two(uint64_t *out, const uint64_t *stay, const uint64_t *moved,
                                                               const uint64_t *carried, size_t count, uint32_t left) {
  uint64_t any = 0;
  for (size_t i = 0; i < count; i++)
    any |= out[i] = stay[i] & (moved[i] << left | carried[i] >> (WORD - left));
  return any;
}

static inline __attribute__((always_inline)) uint64_t clear(uint64_t *out, size_t count) {
  for (size_t i = 0; i < count; i++)
    out[i] = 0;
  return 0;
}

static inline __attribute__((always_inline)) uint64_t pass(uint64_t *out, const uint64_t *stay, const uint64_t *moved, size_t stride,
                                                           uint32_t words, size_t from, size_t to, uint32_t gap) {
  uint32_t planes = gap / WORD, left = gap % WORD;
  uint64_t any = 0;
  for (uint32_t w = 0; w < words; w++) {
    uint64_t *to_plane = out + w * stride + from;
    const uint64_t *stays = stay + w * stride + from;
    if (w < planes) {
      any |= clear(to_plane, to - from);
      continue;
    }
    const uint64_t *moves = moved + (w - planes) * stride + from - gap;
    if (left == 0 || w == planes)
      any |= move_one(to_plane, stays, moves, to - from, left);
    else
      any |= move_two(to_plane, stays, moves, moves - stride, to - from, left);
  }
  return any;
}

static uint64_t pass_plain(uint64_t *out, const uint64_t *stay, const uint64_t *moved, size_t stride, uint32_t words, size_t from,
                           size_t to, uint32_t gap) {
  return pass(out, stay, moved, stride, words, from, to, gap);
}

#if defined(RECS__SIMD_X86)
RECS__TARGET_AVX2 static uint64_t pass_avx2(uint64_t *out, const uint64_t *stay, const uint64_t *moved, size_t stride, uint32_t words,
                                            size_t from, size_t to, uint32_t gap) {
  return pass(out, stay, moved, stride, words, from, to, gap);
}
#endif

recs__runs_pass_fn recs__runs_pass(uint32_t cpu) {
#if defined(RECS__SIMD_X86)
  if ((cpu & RECS_CPU_AVX2) != 0)
    return pass_avx2;
#else
  (void)cpu;
#endif
  return pass_plain;
}
