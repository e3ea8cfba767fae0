/** Global names that a compiled cell calls. Whoever runs one defines them. */

/** `(specifier) => Promise<namespace>`, for every import; its property `meta` stands for `import.meta`. */
export const IMPORT_HELPER = '__import__';
/** `(value) => void`, for the value of the last expression. */
export const VALUE_HELPER = '__value__';
/** `{ begin(), end(cell, value), each(iterable) }`, around every `await`; only in cells compiled as interruptible. */
export const AWAIT_HELPER = '__await__';
