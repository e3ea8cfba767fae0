/** Adds points up without 0.1 + 0.2 showing. */
export const sum = (values: readonly number[]): number =>
  Math.round(values.reduce((all, value) => all + value, 0) * 1e6) / 1e6;
