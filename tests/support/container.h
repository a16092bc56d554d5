/* Crafted model files: damage with the checksums made right again, so that what lies behind them is reached. */
#ifndef RECS_TESTS_CONTAINER_H
#define RECS_TESTS_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

/* Recomputes each checksum of a container whose bytes it can find: those of the sections that lie within the file, of the
 * table if it does, and of the header. Anything may be in `bytes`; nothing else is changed. */
void recs_test_repair(unsigned char *bytes, size_t size);

#endif
