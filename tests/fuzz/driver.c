/* Runs a fuzz target without libFuzzer: each file as it is, then so many seeded mutations of it.
 *
 * usage: fuzz-<target> MUTATIONS FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_CHANGES = 4, ROOM = 64 };

static uint64_t state = 1;

/* xorshift64: the same mutations in every run. */
static uint64_t random_below(uint64_t bound) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return bound == 0 ? 0 : state % bound;
}

static void flip_bit(uint8_t *bytes, size_t size) {
  bytes[random_below(size)] ^= (uint8_t)(1u << random_below(8));
}

/* Counts, offsets and rows are wrong by one, or absurd. */
static void change_word(uint8_t *bytes, size_t size) {
  static const uint64_t absurd[] = {0, 1, 2, UINT32_MAX, UINT32_MAX - 1, INT64_MAX, UINT64_MAX, UINT64_C(1) << 63};
  size_t width = random_below(2) == 0 ? 4 : 8;
  size_t at = random_below(size / width) * width;
  uint64_t word = 0;
  if (size < width)
    return;
  memcpy(&word, bytes + at, width);
  word = random_below(2) == 0 ? absurd[random_below(sizeof absurd / sizeof absurd[0])] : word + random_below(5) - 2;
  memcpy(bytes + at, &word, width);
}

static void copy_piece(uint8_t *bytes, size_t size) {
  size_t length = 1 + random_below(size < 128 ? size : 128);
  memmove(bytes + random_below(size - length + 1), bytes + random_below(size - length + 1), length);
}

/* Bytes appear in the middle, or go, and all behind them moves. */
static size_t shift_tail(uint8_t *bytes, size_t size) {
  size_t at = random_below(size);
  size_t by = 1 + random_below(ROOM);
  if (random_below(2) == 0) {
    memmove(bytes + at + by, bytes + at, size - at);
    return size + by;
  }
  by = by < size - at ? by : size - at;
  memmove(bytes + at, bytes + at + by, size - at - by);
  return size - by;
}

static size_t mutate(uint8_t *bytes, size_t size) {
  for (uint64_t left = 1 + random_below(MOST_CHANGES); left > 0 && size > 0; left--) {
    switch (random_below(8)) {
    case 0:
    case 1:
      flip_bit(bytes, size);
      break;
    case 2:
      copy_piece(bytes, size);
      break;
    case 3:
      if (left == 1)
        return random_below(10) == 0 ? random_below(size) : shift_tail(bytes, size);
      break;
    default:
      change_word(bytes, size);
    }
  }
  return size;
}

static uint8_t *read_file(size_t *size, const char *path) {
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = NULL;
  long end = -1;
  if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0)
    bytes = malloc((size_t)end + ROOM);
  *size = (size_t)end;
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) {
    perror(path);
    exit(1);
  }
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  long mutations = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
  if (mutations <= 0) {
    fprintf(stderr, "usage: %s MUTATIONS FILE...\n", argv[0]);
    return 2;
  }
  for (int i = 2; i < argc; i++) {
    size_t size;
    uint8_t *bytes = read_file(&size, argv[i]);
    uint8_t *mutated = malloc(size + ROOM);
    LLVMFuzzerTestOneInput(bytes, size);
    for (long round = 0; mutated != NULL && round < mutations; round++) {
      memcpy(mutated, bytes, size);
      LLVMFuzzerTestOneInput(mutated, mutate(mutated, size));
    }
    free(mutated);
    free(bytes);
  }
  printf("%ld mutations each of %d files\n", mutations, argc - 2);
  return 0;
}
