/** The page's own script in an index.html that Vite built. Its name holds a hash of its content. */
export const scriptOf = (html: string): string | undefined => /\bsrc="([^"]*\/assets\/[^"]+\.js)"/.exec(html)?.[1];

/**
 * A screen on a wall is never reloaded by hand, so after an outage it asks whether the server came back with a newer page.
 * @param ownScript address of the running script
 */
export async function isOutdated(ownScript: string, fetchIndex: () => Promise<string>): Promise<boolean> {
  const own = scriptOf(`src="${new URL(ownScript).pathname}"`);
  if (own === undefined) return false;
  try {
    const theirs = scriptOf(await fetchIndex());
    return theirs !== undefined && theirs !== own;
  } catch {
    return false;
  }
}
