#include "lib/data/tables/window.h"

#include <string.h>

int32_t recs__window_open(recs__window *out, const recs_context *context, recs__source *source,
                          const recs__progress *progress, size_t capacity) {
  memset(out, 0, sizeof *out);
  out->context = context;
  out->source = source;
  out->progress = progress;
  out->capacity = capacity == 0 ? RECS__WINDOW_SIZE : capacity;
  out->bytes = recs__alloc(context, out->capacity + 1, 1); /* one more for the last newline */
  return out->bytes == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__window_load(recs__window *window, const char *text, size_t length) {
  RECS_TRY(recs__grow(window->context, &window->bytes, &window->capacity, length, 1));
  memcpy(window->bytes, text, length);
  window->begin = 0;
  window->end = length;
  window->last = 1;
  return RECS_OK;
}

int recs__window_full(const recs__window *window) {
  return window->end - window->begin >= RECS__RECORD_SIZE;
}

static int32_t make_room(recs__window *window) {
  size_t kept = window->end - window->begin;
  if (window->begin > 0) {
    memmove(window->bytes, window->bytes + window->begin, kept);
  } else if (kept >= window->capacity) {
    size_t capacity = window->capacity < RECS__RECORD_SIZE / 2 ? 2 * window->capacity : RECS__RECORD_SIZE;
    char *grown = recs__realloc(window->context, window->bytes, capacity + 1, 1);
    if (grown == NULL)
      return recs__fail_nomem();
    window->bytes = grown;
    window->capacity = capacity;
  }
  window->begin = 0;
  window->end = kept;
  return RECS_OK;
}

int32_t recs__window_more(recs__window *window) {
  RECS_TRY(make_room(window));
  while (!window->last && window->end < window->capacity) {
    size_t got;
    RECS_TRY(recs__source_read(window->source, window->bytes + window->end, window->capacity - window->end, &got));
    window->end += got;
    window->last = got == 0;
  }
  if (window->last && window->end > 0 && window->bytes[window->end - 1] != '\n')
    window->bytes[window->end++] = '\n';
  return recs__progress_at(window->progress, recs__source_fraction(window->source));
}

int32_t recs__window_skip_line(recs__window *window) {
  for (;;) {
    const char *newline = memchr(window->bytes + window->begin, '\n', window->end - window->begin);
    if (newline != NULL) {
      window->begin = (size_t)(newline - window->bytes) + 1;
      return RECS_OK;
    }
    window->begin = window->end;
    if (window->last)
      return RECS_OK;
    RECS_TRY(recs__window_more(window));
  }
}

void recs__window_close(recs__window *window) {
  recs__free(window->context, window->bytes);
  window->bytes = NULL;
}
