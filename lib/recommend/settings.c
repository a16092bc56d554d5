#include "lib/recommend/settings.h"

#include <stdio.h>
#include <string.h>

/* One pair in the open text: the key ends with NUL, the value behind it too. */
typedef struct pair {
  const char *key;
  const char *value;
} pair;

static int is_separator(char byte) {
  return byte == ';' || byte == '\n' || byte == '\r';
}

/* Cuts "key=value" at `text`, up to `end`, in two. */
static int32_t cut_pair(char *text, char *end) {
  char quoted[80];
  char *equals = memchr(text, '=', (size_t)(end - text));
  if (equals == NULL || equals == text)
    return recs__fail(RECS_ERROR_INVALID, "the setting %s is not key=value",
                      recs__quote(quoted, sizeof quoted, text, (size_t)(end - text)));
  *equals = 0;
  *end = 0;
  return RECS_OK;
}

int32_t recs__settings_open(recs__settings *out, const recs_context *context, const char *text) {
  size_t kept = 0;
  out->size = text == NULL ? 0 : strlen(text);
  out->text = recs__copy(context, text == NULL ? "" : text, out->size + 1, 1);
  if (out->text == NULL)
    return recs__fail_nomem();
  for (size_t at = 0; at < out->size;) {
    size_t end = at;
    int32_t status = RECS_OK;
    while (end < out->size && !is_separator(out->text[end]))
      end += 1;
    if (end > at) {
      memmove(out->text + kept, out->text + at, end - at);
      status = cut_pair(out->text + kept, out->text + kept + (end - at));
      kept += end - at + 1;
    }
    if (status != RECS_OK) {
      recs__settings_close(out, context);
      return status;
    }
    at = end + 1;
  }
  out->size = kept;
  return RECS_OK;
}

void recs__settings_close(recs__settings *settings, const recs_context *context) {
  recs__free(context, settings->text);
  settings->text = NULL;
  settings->size = 0;
}

/* The pair at `*at`, which moves on to the next; 0 at the end. */
static int next_pair(pair *out, const recs__settings *settings, size_t *at) {
  if (*at >= settings->size)
    return 0;
  out->key = settings->text + *at;
  out->value = out->key + strlen(out->key) + 1;
  *at = (size_t)(out->value - settings->text) + strlen(out->value) + 1;
  return 1;
}

int32_t recs__settings_apply(const recs__settings *settings, void *options, const recs_schema *schema, int has_parts) {
  pair given;
  for (size_t at = 0; next_pair(&given, settings, &at);) {
    if (!has_parts || strchr(given.key, '.') == NULL)
      RECS_TRY(recs_options_set(options, schema, given.key, given.value));
  }
  return RECS_OK;
}

/* The key behind "part.", or NULL when the pair is not for that part. */
static const char *key_of_part(const pair *given, const char *part) {
  size_t length = strlen(part);
  return strncmp(given->key, part, length) == 0 && given->key[length] == '.' ? given->key + length + 1 : NULL;
}

int32_t recs__settings_of_part(char **out, const recs_context *context, const recs__settings *settings, const char *part) {
  size_t used = 0;
  pair given;
  *out = recs__alloc_zero(context, settings->size + 1, 1); /* what belongs to one part is shorter than the whole */
  if (*out == NULL)
    return recs__fail_nomem();
  for (size_t at = 0; next_pair(&given, settings, &at);) {
    const char *key = key_of_part(&given, part);
    if (key != NULL)
      used += (size_t)snprintf(*out + used, settings->size + 1 - used, "%s=%s\n", key, given.value);
  }
  return RECS_OK;
}

int32_t recs__settings_check_parts(const recs__settings *settings, const char *const *parts, size_t count) {
  char quoted[80];
  pair given;
  for (size_t at = 0; next_pair(&given, settings, &at);) {
    size_t part = 0;
    if (strchr(given.key, '.') == NULL)
      continue;
    while (part < count && key_of_part(&given, parts[part]) == NULL)
      part += 1;
    if (part == count)
      return recs__fail(RECS_ERROR_NOT_FOUND, "the setting %s is for no part of this hybrid",
                        recs__quote(quoted, sizeof quoted, given.key, strlen(given.key)));
  }
  return RECS_OK;
}
