import type { News } from './news.ts';

/** Characters that Discord takes in a title, and that we show of a summary. */
const TITLE = 256;
const SUMMARY = 300;

const WORDS: Record<News['type'], string> = {
  'article.published': '',
  'article.updated': 'Updated: ',
  'article.withdrawn': 'Withdrawn: ',
};

/**
 * A line for a channel of Slack: only `&`, `<` and `>` mean something there, and a mention is written with them.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text
 */
export function slackMessage({ type, data }: News): string {
  const title = slackText(data.title ?? data.url);
  const link = type === 'article.withdrawn' ? title : `<${new URL(data.url).href.replaceAll('|', '%7C')}|${title}>`;
  const summary = data.summary ? `\n${slackText(short(data.summary, SUMMARY))}` : '';
  return JSON.stringify({ text: `${WORDS[type]}*${link}*${summary}` });
}

/**
 * A message for a channel of Discord, which mentions nobody whatever the title says.
 *
 * @see https://docs.discord.com/developers/resources/webhook#execute-webhook
 */
export function discordMessage({ type, data }: News): string {
  const isWithdrawn = type === 'article.withdrawn';
  const embed = {
    title: short(`${WORDS[type]}${data.title ?? data.url}`, TITLE),
    ...(!isWithdrawn && { url: data.url }),
    ...(data.summary && { description: short(data.summary, SUMMARY) }),
    ...(data.image && !isWithdrawn && { image: { url: data.image } }),
    timestamp: data.withdrawn ?? data.date_modified,
  };
  return JSON.stringify({ embeds: [embed], ...NOBODY });
}

/** What keeps Discord from mentioning anybody, whatever a message says. */
export const NOBODY = { allowed_mentions: { parse: [] } };

/** A text as Slack shows it as it is. */
export function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The text in so many characters; what is cut off ends in an ellipsis and not in half a character. */
function short(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}
