#include "segment_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* In standard deviations: below `slight` nothing sets it apart, from `strong` on it is "much"; a value within `middling` is average. */
static const double slight = 0.25, middling = 0.5, strong = 1.0;

static const segment_trait *find_trait(const segment_trait *traits, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(traits[i].name, name) == 0)
      return &traits[i];
  }
  return NULL;
}

const char *segment_name(const segment_trait *traits, size_t count) {
  /* By recency (0: they came recently) and by value, the mean of frequency and monetary. */
  static const char *const names[3][3] = {
      {"newcomers and occasional buyers: they came recently, but buy rarely", "active customers of average value",
       "best customers: they buy often, much and recently"},
      {"small customers", "average customers", "valuable customers"},
      {"lapsed customers: they bought little, and long ago", "customers who are drifting away",
       "valuable customers at risk: they used to buy much and have not come back"}};
  const segment_trait *recency = find_trait(traits, count, "recency");
  const segment_trait *frequency = find_trait(traits, count, "frequency");
  const segment_trait *monetary = find_trait(traits, count, "monetary");
  double value;
  if (recency == NULL || frequency == NULL || monetary == NULL)
    return "";
  value = (frequency->z + monetary->z) / 2;
  return names[recency->z < -slight ? 0 : recency->z > slight ? 2 : 1][value < -middling ? 0 : value > middling ? 2 : 1];
}

void segment_words(char *out, size_t size, const segment_trait *traits, size_t count) {
  size_t used = 0;
  out[0] = 0;
  for (size_t i = 0; i < count && used + 1 < size && fabs(traits[i].z) >= slight; i++) {
    /* Where half of all rows have one value medians may be equal: the means tell them apart. */
    int by_means = !(traits[i].typical < traits[i].overall) && !(traits[i].typical > traits[i].overall);
    int more = snprintf(out + used, size - used, "%s%s%s %s (%s%.4g against %.4g)", used == 0 ? "" : ", ",
                        fabs(traits[i].z) >= strong ? "much " : "", traits[i].z > 0 ? "higher" : "lower", traits[i].name,
                        by_means ? "on average " : "", by_means ? traits[i].mean : traits[i].typical,
                        by_means ? traits[i].overall_mean : traits[i].overall);
    if (more < 0)
      return;
    used += (size_t)more;
  }
  if (used == 0)
    snprintf(out, size, "near the average in everything");
}
