/* A segment in words: what sets it apart from all rows, and for RFM tables what a marketer would call it. */
#ifndef RECS_TOOLS_SEGMENT_WORDS_H
#define RECS_TOOLS_SEGMENT_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* One column of one segment. */
typedef struct segment_trait {
  const char *name;
  double typical;      /* the median within the segment, in the column's own unit */
  double overall;      /* the median of all rows */
  double mean;
  double overall_mean;
  double z;            /* distance of the two means, in standard deviations of the space that was clustered */
  uint32_t column;
} segment_trait;

/* What a marketer would call it, from columns named recency, frequency and monetary; "" when they are not all there. */
const char *segment_name(const segment_trait *traits, size_t count);

/* "much higher monetary (8320 against 1898), lower recency (12 against 91)", in the order of the traits, the strongest first; writes at most
 * `size` bytes. */
void segment_words(char *out, size_t size, const segment_trait *traits, size_t count);

#endif
