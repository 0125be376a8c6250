const KEY = 'pulseboard.pinned-member';

/** Whose row is pinned on this phone. Storage may be forbidden: then the pin lasts as long as the page. */
export function loadPinnedMember(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function savePinnedMember(member: string | undefined): void {
  try {
    if (member === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, member);
  } catch {
    // See above.
  }
}
