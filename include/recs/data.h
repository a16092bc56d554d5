/* Part of librecs (MIT). Dictionaries, profiles, events, histories, matrices, candidates, tables in, cleaning, features. */
#ifndef RECS_DATA_H
#define RECS_DATA_H

#include <recs/base.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup ids Dictionaries
 * External string ids and their rows. Append-only: a row is never renumbered, a removed id leaves a tombstone.
 * Memory: the ids' bytes and about 16 bytes an id. Every look-up is O(length) expected.
 * @{
 */

/** A dictionary of external ids. A builder (one thread at a time) until frozen; frozen ones are immutable. */
typedef struct recs_ids recs_ids;

/** Makes an empty dictionary. @param[out] out owned by the caller. @param context keeps memory and threads.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM. @since 0.1 */
RECS_API int32_t recs_ids_create(recs_ids **out, recs_context *context);
/** The row of an id; adds it when it is new. Ids are 1 to 65536 bytes without NUL. A removed id that is added again
 * gets a new row. @since 0.1 */
RECS_API int32_t recs_ids_add(uint32_t *out_row, recs_ids *ids, const char *id, size_t length);
/** Adds many: @p count ids as one run of bytes, id i being bytes[offsets[i] .. offsets[i + 1]) (count + 1 offsets).
 * Either all are added or none. @p out_rows (count) may be NULL. @since 0.1 */
RECS_API int32_t recs_ids_add_many(uint32_t *out_rows, recs_ids *ids, const char *bytes, const int64_t *offsets, size_t count);
/** The row of a known id; #RECS_NO_ROW and #RECS_ERROR_NOT_FOUND for an unknown or removed one. @since 0.1 */
RECS_API int32_t recs_ids_find(uint32_t *out_row, const recs_ids *ids, const char *id, size_t length);
/** Many at once; unknown ids give #RECS_NO_ROW and are no error. @since 0.1 */
RECS_API int32_t recs_ids_find_many(uint32_t *out_rows, const recs_ids *ids, const char *bytes, const int64_t *offsets, size_t count);
/** Removes an id: its row stays, without a name. @since 0.1 */
RECS_API int32_t recs_ids_remove(recs_ids *ids, uint32_t row);
/** The number of rows, tombstones included; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_ids_count(const recs_ids *ids);
/** The number of rows that have a name; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_ids_live(const recs_ids *ids);
/** The id of a row, borrowed from the dictionary until it grows or is freed. @p out_length may be NULL.
 * #RECS_ERROR_NOT_FOUND for a tombstone, #RECS_ERROR_INVALID for a row beyond the last. @since 0.1 */
RECS_API int32_t recs_ids_name(const char **out, size_t *out_length, const recs_ids *ids, uint32_t row);
/** An immutable copy; the builder goes on. O(bytes). @since 0.1 */
RECS_API int32_t recs_ids_freeze(recs_ids **out, const recs_ids *ids);
/** Frees a dictionary; NULL is fine. @since 0.1 */
RECS_API void recs_ids_free(recs_ids *ids);
/** @} */

/**
 * @defgroup profiles Profiles
 * What is known of users or items besides behaviour: named fields, each of weighted tags, numbers, text or embeddings,
 * over the rows of one dictionary.
 * @{
 */

/** A store of profiles over one dictionary. A builder until frozen; frozen ones are immutable. */
typedef struct recs_profiles recs_profiles;

/** Types of profile fields. */
enum {
  RECS_FIELD_TAGS = 1,     /**< Any number of weighted tags a row. */
  RECS_FIELD_NUMBER = 2,   /**< One double a row; NaN: missing. */
  RECS_FIELD_TEXT = 3,     /**< One text a row. */
  RECS_FIELD_EMBEDDING = 4 /**< One vector of floats a row, of the field's dimension. */
};

/** Makes an empty store over a dictionary. @since 0.1 */
RECS_API int32_t recs_profiles_create(recs_profiles **out, recs_ids *ids);
/** The dictionary that the rows belong to; borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_ids *recs_profiles_ids(const recs_profiles *profiles);
/** Finds or adds a field. @p name is NUL-terminated; @p dimension is for embeddings (1 to 65536), else 0. A known name
 * with another type or dimension is #RECS_ERROR_INVALID. @since 0.1 */
RECS_API int32_t recs_profiles_define(uint32_t *out_field, recs_profiles *profiles, const char *name, int32_t type, uint32_t dimension);
/** The number of fields; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_profiles_field_count(const recs_profiles *profiles);
/** Name (borrowed), type and dimension of a field; each output may be NULL. @since 0.1 */
RECS_API int32_t recs_profiles_field(const char **name, int32_t *type, uint32_t *dimension, const recs_profiles *profiles, uint32_t field);
/** Adds a tag to a row, or gives it a new weight (finite). @since 0.1 */
RECS_API int32_t recs_profiles_set_tag(recs_profiles *profiles, uint32_t row, uint32_t field, const char *tag, size_t length, float weight);
/** Takes a tag from a row; #RECS_ERROR_NOT_FOUND when the row does not have it. @since 0.1 */
RECS_API int32_t recs_profiles_unset_tag(recs_profiles *profiles, uint32_t row, uint32_t field, const char *tag, size_t length);
/** Sets a number; NaN makes it missing again; infinities are #RECS_ERROR_INVALID. @since 0.1 */
RECS_API int32_t recs_profiles_set_number(recs_profiles *profiles, uint32_t row, uint32_t field, double value);
/** Sets a text (copied); length 0 makes it missing. @since 0.1 */
RECS_API int32_t recs_profiles_set_text(recs_profiles *profiles, uint32_t row, uint32_t field, const char *text, size_t length);
/** Sets an embedding (copied): as many floats as the field's dimension, all finite. @since 0.1 */
RECS_API int32_t recs_profiles_set_embedding(recs_profiles *profiles, uint32_t row, uint32_t field, const float *values, uint32_t dimension);
/** Forgets everything about a row. @since 0.1 */
RECS_API int32_t recs_profiles_remove(recs_profiles *profiles, uint32_t row);
/** The dictionary of a tag field's tags; borrowed; NULL when the field is none. @since 0.1 */
RECS_API const recs_ids *recs_profiles_tag_ids(const recs_profiles *profiles, uint32_t field);
/** The tags of a row as rows of the tag dictionary, ascending; borrowed until the store changes. @since 0.1 */
RECS_API int32_t recs_profiles_tags(const uint32_t **tags, const float **weights, size_t *count, const recs_profiles *profiles, uint32_t row, uint32_t field);
/** The number of a row; NaN when missing. @since 0.1 */
RECS_API int32_t recs_profiles_number(double *out, const recs_profiles *profiles, uint32_t row, uint32_t field);
/** The text of a row, borrowed until the store changes; "" when missing. @since 0.1 */
RECS_API int32_t recs_profiles_text(const char **text, size_t *length, const recs_profiles *profiles, uint32_t row, uint32_t field);
/** The embedding of a row, borrowed until the store changes; NULL when missing. @since 0.1 */
RECS_API int32_t recs_profiles_embedding(const float **values, const recs_profiles *profiles, uint32_t row, uint32_t field);
/** An immutable snapshot; the builder goes on. O(stored values). @since 0.1 */
RECS_API int32_t recs_profiles_freeze(recs_profiles **out, const recs_profiles *profiles);
/** Frees a store; NULL is fine. @since 0.1 */
RECS_API void recs_profiles_free(recs_profiles *profiles);
/** @} */

/**
 * @defgroup events Events
 * The behaviour log: who did what to which item, in order of arrival. Memory: 9 bytes an event, and 8, 8, 8, 4, 4 more
 * for each of time, quantity, price, weight, session once it is used. A snapshot shares the builder's memory.
 * @{
 */

/** A behaviour log over two dictionaries. A builder until frozen; snapshots are immutable. */
typedef struct recs_events recs_events;

/** "No time": the event does not say when. Otherwise milliseconds since 1970-01-01 UTC, or an order. */
#define RECS_NO_TIME INT64_MIN

/** What the times of a log are. */
enum {
  RECS_TIME_CLOCK = 1, /**< Milliseconds since 1970-01-01 UTC. */
  RECS_TIME_ORDER = 2  /**< Only an order within each user; features that compare users' clocks are refused. */
};

/** Columns of events, as parallel arrays. A NULL column means: the default for every event. */
typedef struct recs_event_columns {
  size_t struct_size;       /**< sizeof(recs_event_columns). */
  const uint32_t *users;    /**< Rows; #RECS_NO_ROW: unknown (the default). */
  const uint32_t *items;    /**< Rows; #RECS_NO_ROW: unknown (the default). */
  const uint32_t *types;    /**< From recs_events_type(); default 0, the unnamed type. */
  const float *weights;     /**< Finite; default 1. A rating, a dwell time. */
  const double *quantities; /**< Finite; default 1. Negative: a return. */
  const double *prices;     /**< A unit's price, finite; NaN: unknown (the default). */
  const int64_t *times;     /**< #RECS_NO_TIME: unknown (the default). */
  const uint32_t *sessions; /**< From recs_events_session(); #RECS_NO_ROW: none (the default). */
} recs_event_columns;

/** Makes an empty log. @since 0.1 */
RECS_API int32_t recs_events_create(recs_events **out, recs_ids *users, recs_ids *items);
/** The dictionary of the users; borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_ids *recs_events_users(const recs_events *events);
/** The dictionary of the items; borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_ids *recs_events_items(const recs_events *events);
/** The dictionary of the sessions (orders, baskets, visits); borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_ids *recs_events_sessions(const recs_events *events);
/** The dictionary of the event types; row 0 is the unnamed type "event"; borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_ids *recs_events_types(const recs_events *events);
/** Finds or adds an event type (at most 255 types). @since 0.1 */
RECS_API int32_t recs_events_type(uint32_t *out_type, recs_events *events, const char *name, size_t length);
/** Finds or adds a session. @since 0.1 */
RECS_API int32_t recs_events_session(uint32_t *out_session, recs_events *events, const char *id, size_t length);
/** Declares what the times are; default #RECS_TIME_CLOCK. @since 0.1 */
RECS_API int32_t recs_events_set_time_kind(recs_events *events, int32_t kind);
/** RECS_TIME_CLOCK or RECS_TIME_ORDER; 0 for NULL. @since 0.1 */
RECS_API int32_t recs_events_time_kind(const recs_events *events);
/** Appends @p count events; all or none. #RECS_ERROR_INVALID names the first bad record, counted from 1. @since 0.1 */
RECS_API int32_t recs_events_append(recs_events *events, const recs_event_columns *columns, size_t count);
/** The number of events; 0 for NULL. @since 0.1 */
RECS_API uint64_t recs_events_count(const recs_events *events);
/** Copies @p count events from @p first on into the caller's arrays; NULL for a column that is not wanted. Missing
 * values come as the defaults of recs_event_columns. @since 0.1 */
RECS_API int32_t recs_events_read(uint32_t *users, uint32_t *items, uint32_t *types, float *weights, double *quantities, double *prices, int64_t *times, uint32_t *sessions, const recs_events *events, uint64_t first, size_t count);
/** An immutable snapshot; the builder goes on. O(events / 65536): memory is shared. @since 0.1 */
RECS_API int32_t recs_events_freeze(recs_events **out, const recs_events *events);
/** Frees a log; NULL is fine. @since 0.1 */
RECS_API void recs_events_free(recs_events *events);
/** @} */

/**
 * @defgroup tables Tables in
 * Reading CSV, TSV and JSON Lines, from a file, from memory or from the host's own source, in chunks: the text is
 * never held whole. How cells are written is told by @ref guide_tables. A table that is empty or only a header, lacks a
 * required column, or has a bad record (the message names its line and column) is #RECS_ERROR_FORMAT; in lenient
 * reading bad records are dropped and counted. A read that fails, for whatever reason, leaves the log or store as it
 * was; only ids (and event types and tags) that it added stay in the dictionaries.
 * @{
 */

/** Formats of tables. */
enum {
  RECS_FORMAT_AUTO = 0, /**< By the file's name (.tsv, .jsonl, .ndjson, also below .gz); else CSV. */
  RECS_FORMAT_CSV = 1,  /**< Commas; a header line names the columns. */
  RECS_FORMAT_TSV = 2,  /**< Tabs; a header line; no quoting. */
  RECS_FORMAT_JSONL = 3 /**< One flat JSON object a line; keys name the columns. */
};

/** Options of the readers of events. A column name of NULL means: the column of the default name, when there is one and
 * no other option names it. A column that is named must exist. */
typedef struct recs_events_read_options {
  size_t struct_size;    /**< Set by recs_events_read_options_init(). */
  const char *user;      /**< Column; default "user". Required unless require_user is 0. */
  const char *item;      /**< Column; default "item". Required. */
  const char *event;     /**< Column of event types (at most 255); default "event", optional. */
  const char *weight;    /**< Column; default "weight", optional. */
  const char *quantity;  /**< Column; default "quantity", optional. */
  const char *price;     /**< Column; default "price", optional. */
  const char *time;      /**< Column; default "time", optional. */
  const char *session;   /**< Column (order, basket, visit); default "session", optional. */
  int32_t format;        /**< RECS_FORMAT_*; default AUTO. */
  int32_t delimiter;     /**< One ASCII byte, no quote or line end; 0 (default): the format's own. */
  int32_t lenient;       /**< 0 (default): the first bad line is an error. 1: bad lines are dropped and reported. */
  int32_t time_kind;     /**< RECS_TIME_*; default CLOCK. ORDER: times are whole numbers. */
  int32_t require_user;  /**< 1 (default): the user column must exist (its cells may be empty). */
  int32_t reserved;      /**< Must be 0. */
} recs_events_read_options;

/** The schema of recs_events_read_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_events_read_schema(void);
/** Sets the defaults. Any thread. @return #RECS_OK or #RECS_ERROR_INVALID. @since 0.1 */
RECS_API int32_t recs_events_read_options_init(recs_events_read_options *options, size_t struct_size);

/** The host's own source of bytes: fills @p buffer with at most @p capacity bytes and returns how many, 0 at the end,
 * or a negative value to fail (the read then ends with #RECS_ERROR_IO). Called on the calling thread. */
typedef int64_t (*recs_source_fn)(void *payload, void *buffer, size_t capacity);

/**
 * Appends the events of a file to a log, in the order of its lines. Empty cells are the defaults of recs_event_columns.
 * @param[out] out_report owned by the caller, NULL after a failure; may be NULL. Its first entry is "read", the events
 *   appended; in lenient reading the reasons of dropped lines follow, such as "bad quantity" or "too few cells".
 * @param events grows, as do its dictionaries; its time kind becomes that of the options.
 * @param path of the file, NUL-terminated. @param options NULL for the defaults.
 * @param progress called for each 256 KiB; may be NULL. @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_IO, #RECS_ERROR_FORMAT, #RECS_ERROR_INVALID (also when the log holds times of the other
 *   kind), #RECS_ERROR_STATE (frozen), #RECS_ERROR_CANCELLED, #RECS_ERROR_OVERFLOW, #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time for a log and its dictionaries; uses one thread. Complexity: O(bytes) expected;
 * memory besides the log's: under 1 MiB, and the longest record. @since 0.1
 */
RECS_API int32_t recs_events_read_file(recs_report **out_report, recs_events *events, const char *path,
                                       const recs_events_read_options *options, recs_progress_fn progress,
                                       void *payload);
/** recs_events_read_file() from @p length bytes at @p bytes (which may be NULL when 0). AUTO is CSV. @since 0.1 */
RECS_API int32_t recs_events_read_memory(recs_report **out_report, recs_events *events, const void *bytes,
                                         size_t length, const recs_events_read_options *options,
                                         recs_progress_fn progress, void *payload);
/** recs_events_read_file() from the host's @p source, which is handed @p source_payload and gives pieces of any size;
 * its size being unknown, progress stays 0 until the end. AUTO is CSV. @since 0.1 */
RECS_API int32_t recs_events_read_source(recs_report **out_report, recs_events *events, recs_source_fn source,
                                         void *source_payload, const recs_events_read_options *options,
                                         recs_progress_fn progress, void *payload);

/** Options of the readers of profiles. Column lists are names joined by commas; listed columns must exist, but for
 * those of ignore. One list may be "*": all columns that no other list names. A repeated row adds tags and replaces
 * numbers, texts and embeddings, also those that the store had before; empty cells say nothing. */
typedef struct recs_profiles_read_options {
  size_t struct_size;     /**< Set by recs_profiles_read_options_init(). */
  const char *id;         /**< The column of the ids; default "item", or "user" when there is no "item". */
  const char *tags;       /**< Tags of weight 1. NULL: all that no other list names, unless one is "*". "none": none. */
  const char *numbers;    /**< Columns read as numbers. */
  const char *text;       /**< Columns read as text. */
  const char *embeddings; /**< Numbers separated by spaces, commas or semicolons; every row as many as the first. */
  const char *ignore;     /**< Columns left out. */
  int32_t format;         /**< RECS_FORMAT_*; default AUTO. */
  int32_t delimiter;      /**< As in recs_events_read_options. */
  int32_t tag_separator;  /**< One ASCII byte that splits a cell into tags; default '|'; 0: none. */
  int32_t lenient;        /**< As in recs_events_read_options. */
  int32_t add_ids;        /**< 1 (default): new ids are added; 0: rows with unknown ids are dropped and reported. */
  int32_t keep_first;     /**< 1: numbers, texts and embeddings that a row has stay; 0 (default): they are replaced. */
  int32_t reserved;       /**< Must be 0. */
  int32_t reserved_2;     /**< Must be 0. */
} recs_profiles_read_options;

/** The schema of recs_profiles_read_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_profiles_read_schema(void);
/** Sets the defaults. Any thread. @return #RECS_OK or #RECS_ERROR_INVALID. @since 0.1 */
RECS_API int32_t recs_profiles_read_options_init(recs_profiles_read_options *options, size_t struct_size);
/**
 * Adds the profiles of a file to a store: each column but that of the ids is a field of its name, made when it is new.
 * @param[out] out_report owned by the caller, NULL after a failure; may be NULL. Its first entry is "read", the lines
 *   accepted; "unknown id" (add_ids is 0) and, in lenient reading, the reasons of dropped lines follow.
 * @param profiles grows. @param ids its dictionary, which grows too.
 * @param path of the file, NUL-terminated. @param options NULL for the defaults.
 * @param progress called for each 256 KiB; may be NULL. @param payload handed to @p progress.
 * @return as recs_events_read_file(); #RECS_ERROR_FORMAT also when a column does not fit the field of its name,
 *   #RECS_ERROR_INVALID also when @p ids is not the store's dictionary.
 * Thread safety: one thread at a time for a store and its dictionary; uses one thread. Complexity: O(bytes + values in
 * the store); until it ends, the call holds a copy of what the store had before. @since 0.1
 */
RECS_API int32_t recs_profiles_read_file(recs_report **out_report, recs_profiles *profiles, recs_ids *ids,
                                         const char *path, const recs_profiles_read_options *options,
                                         recs_progress_fn progress, void *payload);
/** recs_profiles_read_file() from memory: see recs_events_read_memory(). @since 0.1 */
RECS_API int32_t recs_profiles_read_memory(recs_report **out_report, recs_profiles *profiles, recs_ids *ids,
                                           const void *bytes, size_t length, const recs_profiles_read_options *options,
                                           recs_progress_fn progress, void *payload);
/** recs_profiles_read_file() from the host's source: see recs_events_read_source(). @since 0.1 */
RECS_API int32_t recs_profiles_read_source(recs_report **out_report, recs_profiles *profiles, recs_ids *ids,
                                           recs_source_fn source, void *source_payload,
                                           const recs_profiles_read_options *options, recs_progress_fn progress,
                                           void *payload);
/** @} */

/**
 * @defgroup clean Cleaning
 * From a raw log to one that can be trusted. Each rule is an option, and each event that it removes is counted.
 * @{
 */

/** Options of recs_events_clean(). A robust score is |x - median| / (1.4826 MAD) of x = ln(1 + value) over the events that the
 * rules before left, MAD being the median of |x - median|. Where more than half of the values are the same (MAD is 0), the
 * median is taken over the values that differ, so that at least half of them stay. */
typedef struct recs_clean_options {
  size_t struct_size;           /**< Set by recs_clean_options_init(). */
  const char *cancelled_prefix; /**< Sessions that begin with this are cancelled orders; NULL (default) or "": none. */
  const char *excluded_items;   /**< Item ids that are no goods (postage, fees), joined by commas, spaces around them ignored,
                                     unknown ones too; NULL (default) or "": none. */
  double max_quantity_score;    /**< Drop quantities above 0 whose robust score is above; default 10; 0: off. */
  double max_price_score;       /**< The same for unit prices; default 10; 0: off. */
  double max_user_rate_score;   /**< Drop users (bots) for whom (x - median) / (1.4826 MAD) of x = ln(events per active day) is
                                     above; needs clock times; 0 (default): off. */
  int32_t drop_duplicates;      /**< 1 (default): of events equal in every column, the first stays. */
  int32_t drop_missing_user;    /**< 1 (default): drop events without a user. */
  int32_t drop_missing_item;    /**< 1 (default): drop events without an item. */
  int32_t drop_nonpositive_quantity; /**< 1 (default): drop quantities of zero and below (returns). */
  int32_t drop_nonpositive_price;    /**< 1 (default): drop known prices of zero and below. */
  int32_t match_returns;        /**< 1 (default): a negative quantity is a return; it and the same user's latest earlier purchase
                                     of that item with that quantity, returned once and not in a cancelled order, are dropped. */
} recs_clean_options;

/** The schema of recs_clean_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_clean_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_clean_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_clean_options_init(recs_clean_options *options, size_t struct_size);

/**
 * A cleaned log. The rules are applied one after the other, each to what those before it left:
 *   1. "duplicate": equal to an earlier event in every column
 *   2. "missing user"
 *   3. "missing item"
 *   4. "returned": a return and the purchase that it undoes (by time, then arrival; unknown times come first)
 *   5. "cancelled": of a session that begins with the prefix
 *   6. "excluded item"
 *   7. "nonpositive quantity": returns that undo nothing known among them
 *   8. "nonpositive price": an unknown price is none
 *   9. "quantity outlier"
 *  10. "price outlier"
 *  11. "bot": all events of such a user
 * @param[out] out the cleaned events in their order, frozen, over the same dictionaries; the caller frees it.
 * @param[out] out_report may be NULL; else "kept" and then each rule in this order, those without an event too: how many
 *   events it dropped, the first of them (counted from 1) and an example. The caller frees it.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_CANCELLED, or #RECS_ERROR_UNSUPPORTED when bots are
 *   asked for in a log whose times are only an order.
 * Thread safety: any thread, as long as nobody appends to @p events. The same result for any number of threads.
 * Complexity: O(n) expected, O(r log r) for r events of deals that were returned; at most 40 bytes an event of scratch (64
 * with bots).
 * @since 0.1
 */
RECS_API int32_t recs_events_clean(recs_events **out, recs_report **out_report, const recs_events *events,
                                   const recs_clean_options *options, recs_progress_fn progress, void *payload);
/** @} */

/**
 * @defgroup histories Histories and matrices
 * @{
 */

/** For each user the items in order of time (then of arrival). Immutable. */
typedef struct recs_histories recs_histories;
/** A sparse matrix of floats in row order, columns ascending within a row, no duplicates. Immutable. */
typedef struct recs_matrix recs_matrix;

/** What the rows of a matrix or of histories are. */
enum {
  RECS_ROWS_USERS = 1,   /**< A row a user. */
  RECS_ROWS_SESSIONS = 2 /**< A row a session: an order, a basket, a visit. */
};

/** What repeats of the same row and item become. */
enum {
  RECS_REPEAT_SUM = 1,    /**< The sum of their weights. */
  RECS_REPEAT_LAST = 2,   /**< The weight of the latest: by time, then arrival; unknown times come first. */
  RECS_REPEAT_FIRST = 3,  /**< The weight of the first, in the same order. */
  RECS_REPEAT_MAX = 4,    /**< The largest weight. */
  RECS_REPEAT_BINARY = 5  /**< 1, when one of them does not weigh 0. */
};

/** Options of recs_matrix_build() and recs_histories_build(). What an event weighs is the product of its type's weight, its own
 * weight, its quantity and its decay, each where it is asked for. */
typedef struct recs_matrix_options {
  size_t struct_size;       /**< Set by recs_matrix_options_init(). */
  const char *type_weights; /**< "purchase=3,view=1,return=-2": a type that is not named weighs 1, or w where the list has
                                 "*=w". Events whose type weighs 0 are left out. A name that the log lacks is fine, and of two
                                 weights for one name the later holds. NULL (default) or "": all weigh 1. */
  double half_life;         /**< In units of time (milliseconds for clocks): an event weighs 2^(-age / half_life), its age being
                                 counted from the latest event of the log, or of its row where times are only an order
                                 (#RECS_TIME_ORDER). An event without a time is as old as the oldest known. 0 (default): no
                                 decay. */
  int32_t rows;             /**< RECS_ROWS_*; default USERS. */
  int32_t repeat;           /**< RECS_REPEAT_*; default BINARY. */
  int32_t use_weight;       /**< 1 (default): multiply by the event's weight. */
  int32_t use_quantity;     /**< 1: multiply by the quantity; default 0. */
} recs_matrix_options;

/** The schema of recs_matrix_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_matrix_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_matrix_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_matrix_options_init(recs_matrix_options *options, size_t struct_size);

/**
 * Users x items or sessions x items from a log. Events without row or item are left out, and so are entries that come to 0.
 * Sums are made in double.
 * @param[out] out the matrix; the caller frees it. Its rows and columns are those of the dictionaries now.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @return #RECS_OK; #RECS_ERROR_INVALID (the message quotes the part of type_weights that is wrong); #RECS_ERROR_NUMERIC when
 *   an entry is beyond a float; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events. The same bits for any number of threads.
 * Complexity: O(events + rows + items) time, 48 bytes an event of scratch.
 * @since 0.1
 */
RECS_API int32_t recs_matrix_build(recs_matrix **out, const recs_events *events, const recs_matrix_options *options);
/** A matrix from arrays (copied): offsets has rows + 1 values from 0 on, columns are sorted or not, repeats are summed;
 * @p values NULL means all 1. Values must be finite. @since 0.1 */
RECS_API int32_t recs_matrix_create(recs_matrix **out, recs_context *context, uint32_t rows, uint32_t columns, const int64_t *offsets, const uint32_t *column_indices, const float *values);
/** The matrix with rows and columns exchanged. O(entries). @since 0.1 */
RECS_API int32_t recs_matrix_transpose(recs_matrix **out, const recs_matrix *matrix);
/** The number of rows; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_matrix_rows(const recs_matrix *matrix);
/** The number of columns; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_matrix_columns(const recs_matrix *matrix);
/** The number of stored entries; 0 for NULL. @since 0.1 */
RECS_API uint64_t recs_matrix_entries(const recs_matrix *matrix);
/** One row: column indices and values, borrowed from the matrix. Each output may be NULL but @p count. @since 0.1 */
RECS_API int32_t recs_matrix_row(const uint32_t **columns, const float **values, size_t *count, const recs_matrix *matrix, uint32_t row);
/** Frees a matrix; NULL is fine. @since 0.1 */
RECS_API void recs_matrix_free(recs_matrix *matrix);

/**
 * Histories from a log: a row a user (or a session), the items in order of time, then of arrival, unknown times first.
 * @param[out] out the histories; the caller frees it. Its rows are those of the dictionary now.
 * @param events the log; not changed. Events without row or item are left out.
 * @param keep_repeats 0: an item that comes again is kept at its last place, with its last weight and time; 1: all are kept.
 * @param matrix_options rows, and what an event weighs (repeat is not used; events whose type weighs 0 are left out); NULL for
 *   the defaults.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC when a weight is beyond a float; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events. The same bits for any number of threads.
 * Complexity: O(events + rows + items) time when rows arrive in order of time, else O(log) more for those rows; 48 bytes an
 * event of scratch.
 * @since 0.1
 */
RECS_API int32_t recs_histories_build(recs_histories **out, const recs_events *events, int32_t keep_repeats,
                                      const recs_matrix_options *matrix_options);

/** The number of rows; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_histories_rows(const recs_histories *histories);

/**
 * One row, oldest first.
 * @param[out] items borrowed from the histories; may be NULL, as @p weights and @p times may.
 * @param[out] weights what each event weighs.
 * @param[out] times of each, or #RECS_NO_TIME.
 * @param[out] count how many.
 * @param histories the histories.
 * @param row 0 to recs_histories_rows() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_histories_row(const uint32_t **items, const float **weights, const int64_t **times, size_t *count,
                                    const recs_histories *histories, uint32_t row);

/** Frees histories; NULL is fine. @since 0.1 */
RECS_API void recs_histories_free(recs_histories *histories);
/** @} */

/**
 * @defgroup candidates Candidates
 * Which rows a scorer may return. @{
 */

/** A set of rows. Immutable. */
typedef struct recs_candidates recs_candidates;
/** A set over @p rows rows: those of @p allowed (all when NULL), less those of @p denied (none when NULL). @since 0.1 */
RECS_API int32_t recs_candidates_create(recs_candidates **out, recs_context *context, uint32_t rows, const uint32_t *allowed, size_t allowed_count, const uint32_t *denied, size_t denied_count);
/** How many rows are in the set; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_candidates_count(const recs_candidates *candidates);
/** 1 when the row is in the set, else 0. @since 0.1 */
RECS_API int32_t recs_candidates_has(const recs_candidates *candidates, uint32_t row);
/** Frees a set; NULL is fine. @since 0.1 */
RECS_API void recs_candidates_free(recs_candidates *candidates);
/** @} */

/**
 * @defgroup features Features and normalisation
 * @{
 */

/** A table of numbers with named columns, a row for each chosen user or item. Immutable. */
typedef struct recs_features recs_features;

/** Options of recs_features_rfm(). */
typedef struct recs_rfm_options {
  size_t struct_size; /**< Set by recs_rfm_options_init(). */
  int64_t now;        /**< Recency is measured from here, in milliseconds since 1970-01-01 UTC; default #RECS_NO_TIME: the latest
                           event of the log. Who has later events has a negative recency. */
  int32_t extended;   /**< 1: also tenure, mean_gap, basket_size, distinct_items, mean_price. Default 0. */
  int32_t reserved;   /**< Must be 0. */
} recs_rfm_options;

/** The schema of recs_rfm_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_rfm_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_rfm_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rfm_options_init(recs_rfm_options *options, size_t struct_size);

/**
 * Recency, frequency, monetary value and their relatives of each user who has an event with a known time. Clean the log first:
 * a return counts like any other event.
 *   - recency: days from the latest event to @p now
 *   - frequency: orders; an order is a session, or a day (UTC) with events outside of sessions
 *   - monetary: sum of quantity x price over events with a price; of quantity when the log knows no price
 *   - tenure: days from the first event to the latest
 *   - mean_gap: tenure / (frequency - 1), 0 for a single order
 *   - basket_size: sum of quantities / frequency
 *   - distinct_items: how many
 *   - mean_price: mean of the known unit prices, 0 when none is known
 * @param[out] out a row a user, in the order of the dictionary; 3 columns, or all 8. The caller frees it.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @return #RECS_OK; #RECS_ERROR_UNSUPPORTED names what the log lacks: times, or clock times (#RECS_TIME_ORDER);
 *   #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC when a sum is beyond a double; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events. The same bits for any number of threads.
 * Complexity: O(events + users) expected.
 * @since 0.1
 */
RECS_API int32_t recs_features_rfm(recs_features **out, const recs_events *events, const recs_rfm_options *options);

/** The number of rows; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_features_rows(const recs_features *features);
/** The number of columns; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_features_columns(const recs_features *features);
/** A column's name, borrowed; "" beyond the last and for NULL. Any thread. @since 0.1 */
RECS_API const char *recs_features_name(const recs_features *features, uint32_t column);
/** The dictionary row (the user) that each feature row is about, ascending; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_features_keys(const recs_features *features);
/** The values, row after row, all finite; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_features_values(const recs_features *features);
/** Frees features; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_features_free(recs_features *features);

/**
 * A text field as a sparse matrix, row x term, as scikit-learn's TfidfVectorizer weighs it: count x (ln((1 + n) / (1 + df)) + 1),
 * each row divided by its Euclidean length; n is the number of rows that have a text, df that of rows with the term. Words are
 * runs of two or more ASCII letters, digits or bytes beyond ASCII, ASCII lower-cased; runs longer than an id may be are left out.
 * @param[out] out the matrix, with a row for each row of the profiles' dictionary; the caller frees it.
 * @param[out] out_terms may be NULL; else the vocabulary, its rows being the matrix's columns, in the order of first
 *   appearance; the caller frees it.
 * @param profiles the store; not changed.
 * @param field a field of #RECS_FIELD_TEXT.
 * @param min_documents terms in fewer rows are left out; 0 and 1: none.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody changes @p profiles. The same bits for any number of threads.
 * Complexity: O(bytes + rows + terms) expected.
 * @since 0.1
 */
RECS_API int32_t recs_features_tfidf(recs_matrix **out, recs_ids **out_terms, const recs_profiles *profiles, uint32_t field,
                                     uint32_t min_documents);

/**
 * A tag field as a sparse matrix, row x tag, with the tags' weights (one-hot when they are 1). Tags that weigh 0 are left out.
 * @param[out] out the matrix, with a row for each row of the profiles' dictionary and a column for each of
 *   recs_profiles_tag_ids(); the caller frees it.
 * @param profiles the store; not changed.
 * @param field a field of #RECS_FIELD_TAGS.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody changes @p profiles. Complexity: O(rows + tags).
 * @since 0.1
 */
RECS_API int32_t recs_features_onehot(recs_matrix **out, const recs_profiles *profiles, uint32_t field);

/** Ways to bring columns to one scale. */
enum {
  RECS_SCALE_NONE = 0,   /**< As they are. */
  RECS_SCALE_MINMAX = 1, /**< (x - min) / (max - min). */
  RECS_SCALE_Z = 2,      /**< (x - mean) / standard deviation (population). */
  RECS_SCALE_ROBUST = 3, /**< (x - median) / (75th - 25th percentile). */
  RECS_SCALE_LOG = 4,    /**< sign(x) ln(1 + |x|). */
  RECS_SCALE_LOG_Z = 5,  /**< LOG, then Z. */
  RECS_SCALE_L2 = 6      /**< Each row divided by its Euclidean length. */
};

/** Fitted scaling parameters. Immutable. */
typedef struct recs_scaler recs_scaler;
/** Learns a scaling from rows x columns values, row after row, all finite. A constant column becomes 0. @since 0.1 */
RECS_API int32_t recs_scaler_fit(recs_scaler **out, recs_context *context, int32_t kind, const double *values, size_t rows, uint32_t columns);
/** Scales @p rows rows in place, as it was learned. @since 0.1 */
RECS_API int32_t recs_scaler_apply(const recs_scaler *scaler, double *values, size_t rows);
/** Undoes recs_scaler_apply(); #RECS_ERROR_UNSUPPORTED for L2. @since 0.1 */
RECS_API int32_t recs_scaler_invert(const recs_scaler *scaler, double *values, size_t rows);
/** Frees a scaler; NULL is fine. @since 0.1 */
RECS_API void recs_scaler_free(recs_scaler *scaler);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
