#include "lib/data/names.h"

#include <string.h>

recs__piece recs__piece_trim(recs__piece piece) {
  while (piece.length > 0 && piece.text[0] == ' ') {
    piece.text += 1;
    piece.length -= 1;
  }
  while (piece.length > 0 && piece.text[piece.length - 1] == ' ')
    piece.length -= 1;
  return piece;
}

int recs__names_next(recs__piece *out, const char **rest) {
  size_t length;
  if (*rest == NULL)
    return 0;
  length = strcspn(*rest, ",");
  *out = recs__piece_trim((recs__piece){*rest, length});
  *rest = (*rest)[length] == 0 ? NULL : *rest + length + 1;
  return 1;
}
