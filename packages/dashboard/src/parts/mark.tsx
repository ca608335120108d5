/** The mark: four around one table, one of them lit. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <circle cx="16" cy="16" r="10" fill="none" stroke="currentColor" strokeWidth="1.5" opacity="0.35" />
    <circle cx="26" cy="16" r="3" fill="currentColor" />
    <circle cx="16" cy="26" r="3" fill="currentColor" />
    <circle cx="6" cy="16" r="3" fill="currentColor" />
    <circle cx="16" cy="6" r="4.5" className="lit" />
  </svg>
);
