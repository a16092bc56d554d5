/* Filters are checked and compiled before anything is scored; a scorer knows only which rows it may return. */
#include "lib/rank/rank.h"

#include <string.h>

int32_t recs__rules_compile(recs__rules *out, recs_context *context, uint32_t items, const recs_filter *filter) {
  memset(out, 0, sizeof *out);
  if (filter == NULL)
    return RECS_OK;
  if (filter->struct_size < sizeof *filter)
    return recs__fail(RECS_ERROR_INVALID, "struct_size of the filter is %zu, not %zu", filter->struct_size, sizeof *filter);
  if (filter->reserved != 0)
    return recs__fail(RECS_ERROR_INVALID, "the filter's reserved field must be 0");
  if (filter->include_seen != 0 && filter->include_seen != 1)
    return recs__fail(RECS_ERROR_INVALID, "include_seen is %d, not 0 or 1", (int)filter->include_seen);
  out->include_seen = filter->include_seen;
  if (filter->allowed == NULL && filter->denied == NULL)
    return filter->allowed_count == 0 && filter->denied_count == 0
               ? RECS_OK
               : recs__fail(RECS_ERROR_INVALID, "the filter counts items of a list that is NULL");
  return recs_candidates_create(&out->candidates, context, items, filter->allowed, filter->allowed_count, filter->denied,
                                filter->denied_count);
}

void recs__rules_free(recs__rules *rules) {
  recs_candidates_free(rules->candidates);
  rules->candidates = NULL;
}
