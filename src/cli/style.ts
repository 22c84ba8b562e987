import { styleText } from 'node:util';

/**
 * Text in a terminal's colours, where they are wanted: on a terminal without NO_COLOR, or with FORCE_COLOR.
 *
 * @see https://no-color.org/
 */
const style = (name: Parameters<typeof styleText>[0]) => (text: string) =>
  styleText(name, text, { stream: process.stdout });

export const bold = style('bold');
export const dim = style('dim');
export const red = style('red');
export const green = style('green');
export const yellow = style('yellow');
