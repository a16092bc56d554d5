/* Part of librecs (MIT). Status codes, errors, contexts, progress, option schemas, versions. */
#ifndef RECS_BASE_H
#define RECS_BASE_H

#include <recs/api.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup base Base
 * Status codes, errors, contexts, progress, option schemas and versions.
 *
 * Conventions that hold for the whole library:
 *  - A fallible function returns `int32_t`: #RECS_OK or a negative code of this list. On failure every handle
 *    output is NULL, every count output 0, and every object is as it was before the call.
 *  - Outputs come first, then the object, then inputs with their counts, then options (NULL: the defaults), then a
 *    callback and its payload.
 *  - Strings enter as pointer and length in bytes (UTF-8 is expected, never required; no NUL inside). Strings that
 *    leave are borrowed: they belong to the handle they came from and are NUL-terminated.
 *  - Rows (of users, items, tags, sessions) are `uint32_t`; #RECS_NO_ROW stands for "none".
 *  - A handle that was fitted, frozen, built or loaded is immutable: any number of threads may read it at once.
 *    Builders (#recs_ids, #recs_profiles, #recs_events before `freeze`) belong to one thread at a time.
 *  - `recs_x_free(NULL)` does nothing, and handles may be freed in any order: what a handle needs, it keeps alive.
 * @{
 */

/** Status codes. Values are pinned for ever; treat an unknown negative code as a generic failure. */
enum {
  RECS_OK = 0,                 /**< Done. */
  RECS_ERROR_NOMEM = -1,       /**< The allocator refused. */
  RECS_ERROR_INVALID = -2,     /**< An argument is not allowed; the message names it. */
  RECS_ERROR_NOT_FOUND = -3,   /**< The id, field, scorer or option asked for is not there. */
  RECS_ERROR_IO = -4,          /**< The operating system refused to read or write. */
  RECS_ERROR_FORMAT = -5,      /**< The input is not what it should be; the message names the record. */
  RECS_ERROR_VERSION = -6,     /**< The file was written by a newer library. */
  RECS_ERROR_CANCELLED = -7,   /**< The progress callback asked to stop. */
  RECS_ERROR_NUMERIC = -8,     /**< A value is NaN or infinite where the method needs numbers. */
  RECS_ERROR_UNSUPPORTED = -9, /**< This object cannot do that. */
  RECS_ERROR_OVERFLOW = -10,   /**< A count is beyond what the type or the machine can hold. */
  RECS_ERROR_STATE = -11,      /**< The object is frozen, or not yet in the state that the call needs. */
  RECS_ERROR_USER = -12,       /**< A callback of the host reported a failure. */
  RECS_ERROR_INTERNAL = -13    /**< A defect of librecs: please report it. */
};

/* FFI-END */

/** "No row": no user, no item, no session, not found. */
#define RECS_NO_ROW UINT32_MAX

/** The version of the API that these headers describe. */
#define RECS_VERSION_MAJOR 0
#define RECS_VERSION_MINOR 1 /**< See #RECS_VERSION_MAJOR. */
#define RECS_VERSION_PATCH 0 /**< See #RECS_VERSION_MAJOR. */

/** The version of the binary interface (the soname); it changes only when something is removed or changed. */
#define RECS_ABI_VERSION 1

/* FFI-BEGIN */

/**
 * The name of a status code, for logs: "NOMEM", "INVALID" and so on.
 * @param status a code that a function returned; any value.
 * @return a static string, never NULL; "UNKNOWN" for a code that is not in the list.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API const char *recs_strerror(int32_t status);

/**
 * What went wrong in this thread's last fallible call: one line, with the offending value and record.
 * @return borrowed from this thread until its next fallible call; "" when that call succeeded. Never NULL.
 * Thread safety: each thread has its own. Freeing a handle never changes it. Complexity: O(1).
 * @since 0.1
 */
RECS_API const char *recs_last_error(void);

/**
 * Copies this thread's last error, for hosts whose threads move between calls.
 * @param[out] out receives at most @p capacity bytes, always NUL-terminated; may be NULL when @p capacity is 0.
 * @param capacity bytes at @p out.
 * @return the length of the whole message, without its NUL, even when it was cut.
 * Thread safety: any thread. Complexity: O(length).
 * @since 0.1
 */
RECS_API size_t recs_last_error_copy(char *out, size_t capacity);

/** The library's version, such as "0.1.0". Static, never NULL. Any thread. @since 0.1 */
RECS_API const char *recs_version_string(void);

/** The library's version as major * 10000 + minor * 100 + patch: compare it with the headers'. Any thread. @since 0.1 */
RECS_API int32_t recs_version_number(void);

/** The binary interface's version; equals #RECS_ABI_VERSION of the headers that fit. Any thread. @since 0.1 */
RECS_API int32_t recs_abi_version(void);

/** How it was built: compiler, BLAS, SIMD, threads, on one line. Static, never NULL. Any thread. @since 0.1 */
RECS_API const char *recs_build_info(void);

/** CPU features that kernels may use; combine them for recs_context_options::cpu_mask. */
enum {
  RECS_CPU_NONE = 0,      /**< Plain C only. */
  RECS_CPU_AVX2 = 1,      /**< x86: AVX2 with FMA, F16C, POPCNT and BMI. */
  RECS_CPU_AVX512 = 2,    /**< x86: AVX-512 F, BW, DQ, VL, VPOPCNTDQ and VNNI. */
  RECS_CPU_NEON = 4       /**< ARM: Advanced SIMD. */
};

/** Levels of log messages. */
enum {
  RECS_LOG_ERROR = 1,   /**< Something failed that the call itself cannot report. */
  RECS_LOG_WARNING = 2, /**< The result stands, but the caller may want to know. */
  RECS_LOG_INFO = 3,    /**< What was chosen, and how long it took. */
  RECS_LOG_DEBUG = 4    /**< For those who work on librecs. */
};

/** Allocates @p size bytes (never 0), aligned for any scalar; NULL when it cannot. */
typedef void *(*recs_allocate_fn)(void *payload, size_t size);
/** Resizes what recs_allocate_fn gave, as realloc does; NULL when it cannot, and the old block stays. */
typedef void *(*recs_reallocate_fn)(void *payload, void *pointer, size_t size);
/** Frees what recs_allocate_fn or recs_reallocate_fn gave; @p pointer is never NULL. */
typedef void (*recs_deallocate_fn)(void *payload, void *pointer);
/** Called once, when the last handle of a context is gone and its allocator is no longer needed. */
typedef void (*recs_release_fn)(void *payload);
/** Receives one log line (no newline). Called on the thread that called librecs, never on a worker. */
typedef void (*recs_log_fn)(void *payload, int32_t level, const char *message);
/**
 * Progress of a long call: @p fraction grows from 0 to 1. Return 0 to go on, anything else to cancel.
 * Called on the calling thread only, at bounded intervals.
 */
typedef int32_t (*recs_progress_fn)(void *payload, double fraction);

/** Allocator, threads, CPU features and log, shared by all handles that are made from it. Immutable. */
typedef struct recs_context recs_context;

/** Options of recs_context_create(). */
typedef struct recs_context_options {
  size_t struct_size;            /**< Set by recs_context_options_init(). */
  recs_allocate_fn allocate;     /**< NULL: malloc, with large pages for large blocks. All three or none. Thread-safe unless threads is 1. */
  recs_reallocate_fn reallocate; /**< NULL: realloc. */
  recs_deallocate_fn deallocate; /**< NULL: free. */
  recs_release_fn release;       /**< NULL, or called once with allocator_payload when the last handle is gone. */
  void *allocator_payload;       /**< Handed to the four above. */
  recs_log_fn log;               /**< NULL: nothing is logged. */
  void *log_payload;             /**< Handed to log. */
  int32_t log_level;             /**< The most detailed level wanted; default #RECS_LOG_WARNING. */
  uint32_t threads;              /**< Threads of a long call, 1 to 256; 0 (default): one per available processor. */
  uint32_t cpu_mask;             /**< RECS_CPU_* bits that may be used; default: all. */
  uint32_t reserved;             /**< Must be 0. */
} recs_context_options;

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_context_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_context_options_init(recs_context_options *options, size_t struct_size);

/**
 * Makes a context.
 * @param[out] out the new context; the caller frees it with recs_context_free(), at any time: handles keep it alive.
 * @param options NULL for the defaults.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM (then the allocator's release is not called).
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_context_create(recs_context **out, const recs_context_options *options);

/** The number of threads that a long call may use, at least 1; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_context_threads(const recs_context *context);

/** The RECS_CPU_* features in use: the machine's, those built in, and the mask's, all three. Any thread. @since 0.1 */
RECS_API uint32_t recs_context_cpu(const recs_context *context);

/** Gives up the caller's hold on a context; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_context_free(recs_context *context);

/**
 * Describes the options of one method: names, types, bounds, defaults. Static, never freed. One exists for each
 * options struct, and recs_scorer_schema() finds those of scorers by name; generic tools (a command line, a tuner,
 * a binding) read and write options through it and need no tables of their own.
 */
typedef struct recs_schema recs_schema;

/** Types of option fields. */
enum {
  RECS_OPTION_INT = 1,    /**< A whole number (int32_t, uint32_t, int64_t or uint64_t in the struct). */
  RECS_OPTION_REAL = 2,   /**< A double. */
  RECS_OPTION_CHOICE = 3, /**< One of the named choices (int32_t in the struct). */
  RECS_OPTION_FLAG = 4,   /**< 0 or 1 (int32_t in the struct). */
  RECS_OPTION_STRING = 5, /**< A borrowed NUL-terminated string; may be NULL. */
  RECS_OPTION_POINTER = 6 /**< Data or a callback: not settable as text. */
};

/** One option, described. All strings are static. */
typedef struct recs_option_info {
  const char *name;       /**< The field's name in the struct. */
  const char *summary;    /**< One sentence. */
  const char *choices;    /**< For choices: their names, joined by '|'; else NULL. */
  const char *text;       /**< For strings: the default; else NULL. */
  double minimum;         /**< The smallest value allowed (numbers). */
  double maximum;         /**< The largest value allowed (numbers). */
  double value;           /**< The default (numbers, choices and flags). */
  int32_t type;           /**< RECS_OPTION_*. */
  int32_t reserved;       /**< 0. */
} recs_option_info;

/** The schema's name, such as "kmeans"; "" for NULL. Any thread. @since 0.1 */
RECS_API const char *recs_schema_name(const recs_schema *schema);

/** The size in bytes of the options struct that the schema describes; 0 for NULL. Any thread. @since 0.1 */
RECS_API size_t recs_schema_struct_size(const recs_schema *schema);

/** How many fields the schema has; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_schema_count(const recs_schema *schema);

/**
 * Describes one field.
 * @param[out] out receives the description.
 * @param schema which options.
 * @param index 0 to recs_schema_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_schema_field(recs_option_info *out, const recs_schema *schema, uint32_t index);

/**
 * Sets the defaults of the struct that a schema describes.
 * @param[out] options room for recs_schema_struct_size() bytes, or the smaller size of an older release.
 * @param schema which options.
 * @param struct_size bytes at @p options.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(fields).
 * @since 0.1
 */
RECS_API int32_t recs_options_init(void *options, const recs_schema *schema, size_t struct_size);

/**
 * Sets one field from text, whatever the locale.
 * @param[in,out] options a struct that recs_options_init() or its own init function has set up.
 * @param schema which options.
 * @param name the field; '-' and '_' are the same.
 * @param value a number, a choice's name, or for flags 0, 1, true, false, yes or no. Strings are borrowed: they must
 *   live as long as the struct is used.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND for an unknown name (the message lists the known ones);
 *   #RECS_ERROR_INVALID for a bad value (the message states the bounds). On failure nothing is changed.
 * Thread safety: any thread; one struct belongs to one thread. Complexity: O(fields).
 * @since 0.1
 */
RECS_API int32_t recs_options_set(void *options, const recs_schema *schema, const char *name, const char *value);

/** A list of reasons with their counts: what reading or cleaning dropped, and why. Immutable. */
typedef struct recs_report recs_report;

/** How many reasons a report has; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_report_count(const recs_report *report);

/**
 * One reason of a report, in the report's order.
 * @param[out] reason a short name such as "duplicate"; borrowed from the report. May be NULL.
 * @param[out] count how many records it concerned. May be NULL.
 * @param[out] first_record the first such record, counted from 1 (a line of the file, or an event), or 0. May be NULL.
 * @param[out] example the text of the first such value, escaped and shortened; borrowed; "" if none. May be NULL.
 * @param report the report.
 * @param index 0 to recs_report_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_report_entry(const char **reason, uint64_t *count, uint64_t *first_record, const char **example,
                                   const recs_report *report, uint32_t index);

/** The count of one reason by its name; 0 when the report has none of it. Any thread. O(reasons). @since 0.1 */
RECS_API uint64_t recs_report_find(const recs_report *report, const char *reason);

/** Frees a report; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_report_free(recs_report *report);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
