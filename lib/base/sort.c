/* Heapsort: in place, and never worse than O(n log n). Numbers that lie in short runs are sorted by insertion. */
#include "lib/base/sort.h"

#include <string.h>

/* Lets `entry` sink from `place` in a heap with the greatest element at its root. */
static void sink(char *heap, size_t count, size_t size, size_t place, const char *entry, recs__compare_fn compare) {
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= count)
      break;
    if (child + 1 < count && compare(heap + (child + 1) * size, heap + child * size) > 0)
      child += 1;
    if (compare(entry, heap + child * size) >= 0)
      break;
    memcpy(heap + place * size, heap + child * size, size);
    place = child;
  }
  memcpy(heap + place * size, entry, size);
}

void recs__sort(void *elements, size_t count, size_t size, recs__compare_fn compare) {
  char *heap = elements, entry[RECS__SORT_SIZE];
  for (size_t place = count / 2; place-- > 0;) {
    memcpy(entry, heap + place * size, size);
    sink(heap, count, size, place, entry, compare);
  }
  for (size_t rest = count; rest-- > 1;) {
    memcpy(entry, heap + rest * size, size);
    memcpy(heap + rest * size, heap, size);
    sink(heap, rest, size, 0, entry, compare);
  }
}

static void insertion_sort(uint64_t *numbers, size_t count) {
  for (size_t i = 1; i < count; i++) {
    uint64_t number = numbers[i];
    size_t place = i;
    for (; place > 0 && numbers[place - 1] > number; place--)
      numbers[place] = numbers[place - 1];
    numbers[place] = number;
  }
}

static int compare_numbers(const void *a, const void *b) {
  uint64_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

static uint64_t median_of_three(uint64_t a, uint64_t b, uint64_t c) {
  if (a > b)
    return b > c ? b : a > c ? c : a;
  return a > c ? a : b > c ? c : b;
}

/* Quicksort that turns to the heap when its pivots are bad (Musser's introsort). */
static void quick_sort(uint64_t *numbers, size_t count, int depth) {
  while (count > 24) {
    uint64_t pivot = median_of_three(numbers[0], numbers[count / 2], numbers[count - 1]);
    size_t low = 0, high = count - 1;
    if (depth-- == 0) {
      recs__sort(numbers, count, sizeof *numbers, compare_numbers);
      return;
    }
    for (;; low++, high--) {
      uint64_t swapped;
      while (numbers[low] < pivot)
        low += 1;
      while (numbers[high] > pivot)
        high -= 1;
      if (low >= high)
        break;
      swapped = numbers[low];
      numbers[low] = numbers[high];
      numbers[high] = swapped;
    }
    quick_sort(numbers + high + 1, count - high - 1, depth);
    count = high + 1;
  }
  insertion_sort(numbers, count);
}

void recs__sort_u64(uint64_t *numbers, size_t count) {
  int depth = 0;
  for (size_t rest = count; rest > 1; rest /= 2)
    depth += 2;
  quick_sort(numbers, count, depth);
}
