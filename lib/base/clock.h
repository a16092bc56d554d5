/* Time that only runs forward. */
#ifndef RECS_LIB_BASE_CLOCK_H
#define RECS_LIB_BASE_CLOCK_H

/* Seconds since some moment. */
double recs__clock(void);

#endif
