import { toleranceText } from './compare';
import { apart, because, short } from './describe';
import { CheckFailure } from './failure';
import type { Kind } from './results';
import type { Text } from './text';

export interface Tolerance {
  /** Largest difference allowed whatever the size of the numbers; 1e-5 unless said. */
  readonly absolute?: number;
  /** Largest difference allowed as a part of what is expected; 1e-4 unless said. */
  readonly relative?: number;
}

export class Matchers {
  constructor(protected readonly label?: string) {}

  /** Ends the check; the label says which of several values is meant. */
  protected fail(kind: Kind, en: string, zh: string, why?: Text): never {
    const [before, vor] = this.label ? [`\`${this.label}\`: `, `\`${this.label}\`：`] : ['', ''];
    const more = because(why);
    throw new CheckFailure({ en: `${before}${en}${more.en}`, zh: `${vor}${zh}${more.zh}` }, 'wrong', { kind });
  }
}

/** What a check can ask of a number. */
export class NumberMatchers extends Matchers {
  constructor(
    readonly value: number,
    label?: string,
  ) {
    super(label);
  }

  toBeFinite(why?: Text): this {
    if (!Number.isFinite(this.value)) {
      this.fail('finite', `Expected a finite number, got ${this.value}.`, `应为有限数，得到的是 ${this.value}。`, why);
    }
    return this;
  }

  toBeBetween(low: number, high: number, why?: Text): this {
    if (!(this.value >= low && this.value <= high)) {
      const found = short(this.value);
      this.fail(
        'range',
        `Expected a number between ${low} and ${high}, got ${found}.`,
        `应为 ${low} 与 ${high} 之间的数，得到的是 ${found}。`,
        why,
      );
    }
    return this;
  }

  toBeCloseTo(expected: number, { absolute = 1e-5, relative = 1e-4 }: Tolerance = {}, why?: Text): this {
    this.toBeFinite(why);
    const difference = Math.abs(this.value - expected);
    if (!(difference <= absolute + relative * Math.abs(expected))) {
      const [wanted, found] = apart(expected, this.value);
      const [by, allowed] = [short(difference), toleranceText(absolute, relative)];
      this.fail(
        'value',
        `Expected ${wanted}, got ${found}: off by ${by} (${allowed.en}).`,
        `应为 ${wanted}，得到 ${found}，相差 ${by}（${allowed.zh}）。`,
        why,
      );
    }
    return this;
  }
}
