#include "lib/data/type_weights.h"

#include "lib/base/number.h"
#include "lib/data/names.h"

#include <math.h>

/* Splits "name=weight" at its last '='. Returns 0 when it is none. */
static int split(recs__piece *name, double *weight, recs__piece pair) {
  size_t equals = pair.length;
  recs__piece number;
  while (equals > 0 && pair.text[equals - 1] != '=')
    equals -= 1;
  if (equals == 0)
    return 0;
  *name = recs__piece_trim((recs__piece){pair.text, equals - 1});
  number = recs__piece_trim((recs__piece){pair.text + equals, pair.length - equals});
  return name->length > 0 && recs__parse_double(number.text, number.length, weight);
}

static int is_star(const recs__piece *name) {
  return name->length == 1 && name->text[0] == '*';
}

/* Types that are not named are NaN until all is read. */
int32_t recs__type_weights_parse(double out[RECS__TYPE_BYTES], const recs_ids *types, const char *text) {
  const char *rest = text != NULL && *text == 0 ? NULL : text;
  double others = 1, weight;
  recs__piece pair, name;
  char shown[80];
  uint32_t row;
  for (int i = 0; i < RECS__TYPE_BYTES; i++)
    out[i] = NAN;
  while (recs__names_next(&pair, &rest)) {
    if (!split(&name, &weight, pair))
      return recs__fail(RECS_ERROR_INVALID, "type_weights has %s, which is not name=weight",
                        recs__quote(shown, sizeof shown, pair.text, pair.length));
    if (is_star(&name))
      others = weight;
    else if (recs_ids_find(&row, types, name.text, name.length) == RECS_OK && row < RECS__TYPE_BYTES)
      out[row] = weight;
  }
  recs__enter(); /* a name that was not found is no error */
  for (int i = 0; i < RECS__TYPE_BYTES; i++)
    out[i] = isnan(out[i]) ? others : out[i];
  return RECS_OK;
}
