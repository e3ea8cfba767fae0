/** A picture's label broken into lines of about this many screen pixels, between words or, in Chinese, anywhere but before punctuation. */
export function wrapped(text: string, width: number): string {
  const lines = [''];
  let used = 0;
  for (const piece of text.match(/\p{Script=Han}[，。、：；]*|\S+\s*|\s+/gu) ?? []) {
    const length = [...piece.trimEnd()].reduce((sum, letter) => sum + (letter >= '\u2e80' ? 14 : 7.6), 0);
    if (used + length > width && used > 0) {
      lines.push('');
      used = 0;
    }
    lines[lines.length - 1] += piece;
    used += length + (piece.length - piece.trimEnd().length) * 4.5;
  }
  return lines.map((line) => line.trim()).join('\n');
}
