const LABEL = /^[a-z0-9-]{1,32}$/;

/** The roles that an organisation's certificates name in OU. Channel roles are given by the channel's configuration. */
export const CERTIFICATE_ROLES = ["peer", "client", "admin", "auditor"] as const;

/** True for a name, an organisation or a role: 1 to 32 characters of `a-z`, `0-9` and `-`. */
export const isName = (text: string): boolean => LABEL.test(text);

/**
 * True for a common name within an organisation: a bare name, or a peer id `<name>.<organisation>` of that very
 * organisation. An organisation can thus never certify a peer id of another one.
 */
export const isCommonName = (text: string, organisation: string): boolean => {
  const dot = text.indexOf(".");
  return dot < 0 ? isName(text) : isName(text.slice(0, dot)) && text.slice(dot + 1) === organisation;
};
