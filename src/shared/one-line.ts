/**
 * `text` without line breaks and other characters that control a terminal, or turn the direction of what
 * it shows: one entry stays one line, and says what it says.
 */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ").trimEnd();
}
