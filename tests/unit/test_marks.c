#include "support/support.h"

#include "lib/base/cpu.h"
#include "lib/data/tables/marks.h"

enum { SIZE = 400, GUARD = 0x5a5a5a5a };

static int finds_all(recs__find_marks_fn find, const char *text, size_t begin, size_t end, recs__marks marks) {
  uint32_t *out = malloc((end - begin + 1) * sizeof *out);
  size_t count, expected = 0;
  int fine;
  out[end - begin] = GUARD;
  count = find(out, text, begin, end, marks);
  fine = count <= end - begin && out[end - begin] == GUARD;
  for (size_t i = begin; i < end && fine; i++) {
    if (memchr(marks.bytes, text[i], sizeof marks.bytes) != NULL) {
      fine = expected < count && out[expected] == i;
      expected += 1;
    }
  }
  free(out);
  return fine && expected == count;
}

/* Every kernel, every range of texts that are sparse, dense and all marks. */
START_TEST(every_range) {
  static const recs__marks marks[] = {{{',', '\n', '"'}}, {{'\t', '\n', '\n'}}, {{(char)0x80, 0, 'z'}}};
  static const char *const alphabets[] = {"abcdefghijklmnopqrstuvwxyz,\n\"\t", "a,\n", ",\"\n\t"};
  uint32_t state = 12345;
  for (size_t m = 0; m < 3; m++) {
    for (size_t a = 0; a < 3; a++) {
      char *text = malloc(SIZE);
      for (size_t i = 0; i < SIZE; i++) {
        state = state * 1664525 + 1013904223;
        text[i] = alphabets[a][(state >> 16) % strlen(alphabets[a])];
        if ((state >> 8) % 97 == 0)
          text[i] = (char)(state >> 24);
      }
      for (size_t begin = 0; begin < 70; begin++) {
        for (size_t end = begin; end <= SIZE; end += end < 200 || end == SIZE - 1 ? 1 : 67) {
          ck_assert(finds_all(recs__find_marks(RECS_CPU_NONE), text, begin, end, marks[m]));
          ck_assert(finds_all(recs__find_marks(recs__cpu_detect()), text, begin, end, marks[m]));
        }
      }
      free(text);
    }
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("marks");
  TCase *tests = tcase_create("marks");
  tcase_add_test(tests, every_range);
  tcase_set_timeout(tests, 0);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
