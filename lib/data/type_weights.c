#include "lib/data/type_weights.h"

#include "lib/base/number.h"

#include <math.h>
#include <string.h>

/* A piece of text, not NUL-terminated. */
typedef struct piece {
  const char *text;
  size_t length;
} piece;

static piece trim(const char *begin, const char *end) {
  while (begin < end && *begin == ' ')
    begin += 1;
  while (end > begin && end[-1] == ' ')
    end -= 1;
  return (piece){begin, (size_t)(end - begin)};
}

/* Splits "name=weight" at its last '='. Returns 0 when it is none. */
static int split(piece *name, double *weight, const char *begin, const char *end) {
  const char *equals = end;
  piece number;
  while (equals > begin && *(equals - 1) != '=')
    equals -= 1;
  if (equals == begin)
    return 0;
  *name = trim(begin, equals - 1);
  number = trim(equals, end);
  return name->length > 0 && recs__parse_double(number.text, number.length, weight);
}

static int is_star(const piece *name) {
  return name->length == 1 && name->text[0] == '*';
}

/* Types that are not named are NaN until all is read. */
int32_t recs__type_weights_parse(double out[RECS__TYPES], const recs_ids *types, const char *text) {
  double others = 1, weight;
  const char *end;
  char shown[80];
  piece name;
  uint32_t row;
  for (int i = 0; i < RECS__TYPES; i++)
    out[i] = NAN;
  for (const char *begin = text; begin != NULL && *text != 0; begin = *end == 0 ? NULL : end + 1) {
    end = begin + strcspn(begin, ",");
    if (!split(&name, &weight, begin, end))
      return recs__fail(RECS_ERROR_INVALID, "type_weights has %s, which is not name=weight",
                        recs__quote(shown, sizeof shown, begin, (size_t)(end - begin)));
    if (is_star(&name))
      others = weight;
    else if (recs_ids_find(&row, types, name.text, name.length) == RECS_OK && row < RECS__TYPES)
      out[row] = weight;
  }
  recs__enter(); /* a name that was not found is no error */
  for (int i = 0; i < RECS__TYPES; i++)
    out[i] = isnan(out[i]) ? others : out[i];
  return RECS_OK;
}
