/* Part of librecs (MIT). Export marker and C linkage; included by every public header. */
#ifndef RECS_API_H
#define RECS_API_H

#include <stddef.h>
#include <stdint.h>

#ifndef RECS_API
#if defined(__GNUC__) || defined(__clang__)
#define RECS_API __attribute__((visibility("default")))
#else
#define RECS_API
#endif
#endif

#ifdef __cplusplus
#define RECS_BEGIN_DECLS extern "C" {
#define RECS_END_DECLS }
#else
#define RECS_BEGIN_DECLS
#define RECS_END_DECLS
#endif

#endif
