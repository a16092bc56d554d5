#include "lib/base/status.h"

#define RECS_TEXT_OF(x) #x
#define RECS_TEXT(x) RECS_TEXT_OF(x)

#if defined(__clang__)
#define RECS_COMPILER "clang " RECS_TEXT(__clang_major__)
#elif defined(__GNUC__)
#define RECS_COMPILER "gcc " RECS_TEXT(__GNUC__)
#else
#define RECS_COMPILER "unknown compiler"
#endif
#ifdef RECS_BLAS
#define RECS_BUILT_BLAS "openblas"
#else
#define RECS_BUILT_BLAS "none"
#endif
#ifdef RECS_SIMD
#define RECS_BUILT_SIMD "yes"
#else
#define RECS_BUILT_SIMD "no"
#endif
#ifdef RECS_THREADS
#define RECS_BUILT_THREADS "yes"
#else
#define RECS_BUILT_THREADS "no"
#endif

const char *recs_version_string(void) {
  return RECS_TEXT(RECS_VERSION_MAJOR) "." RECS_TEXT(RECS_VERSION_MINOR) "." RECS_TEXT(RECS_VERSION_PATCH);
}

int32_t recs_version_number(void) {
  return RECS_VERSION_MAJOR * 10000 + RECS_VERSION_MINOR * 100 + RECS_VERSION_PATCH;
}

int32_t recs_abi_version(void) {
  return RECS_ABI_VERSION;
}

const char *recs_build_info(void) {
  return "compiler: " RECS_COMPILER "; blas: " RECS_BUILT_BLAS "; simd: " RECS_BUILT_SIMD "; threads: " RECS_BUILT_THREADS;
}
