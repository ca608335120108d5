import { Link } from "wouter";
import { useCell, usePage } from "../parts/context.tsx";
import { ShortHash } from "../parts/hash.tsx";
import { Mark } from "../parts/mark.tsx";
import { THEMES, type Theme } from "../parts/theme.ts";
import { usePeerName } from "../parts/use-peer-name.ts";
import { LANGUAGES, type Language } from "../text/language.ts";

/** What the reader may set. */
export type Settings = {
  readonly theme: Theme;
  readonly setTheme: (theme: Theme) => void;
  readonly setLanguage: (language: Language) => void;
};

/** Whom the page listens to, in a word and a colour. */
const LinkState = () => {
  const { network, text } = usePage();
  const { phase, url } = useCell(network.state.link);
  const peerName = usePeerName();
  const said =
    phase === "live" && url !== undefined
      ? text.link.live(peerName(url))
      : text.link[phase === "live" ? "looking" : phase];
  return <span className={`link ${phase}`}>{said}</span>;
};

/** Where one is, how the page is connected, and the reader's settings. */
export const Header = ({ theme, setTheme, setLanguage }: Settings) => {
  const { network, text, language } = usePage();
  const channel = useCell(network.state.channel);
  return (
    <header className="top">
      <Link href="/" className="brand" aria-label={text.home}>
        <Mark />
        <span>dure</span>
      </Link>
      {channel !== undefined && (
        <p className="channel">
          <span className="note">{text.channel}</span> <strong>{channel.name}</strong>{" "}
          <ShortHash value={channel.id} />
        </p>
      )}
      <LinkState />
      <div className="settings">
        <select
          aria-label={text.language}
          value={language}
          onChange={(event) => setLanguage(event.target.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([tag, { name }]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
        <select
          aria-label={text.theme.label}
          value={theme}
          onChange={(event) => setTheme(event.target.value as Theme)}
        >
          {THEMES.map((each) => (
            <option key={each} value={each}>
              {text.theme[each]}
            </option>
          ))}
        </select>
      </div>
    </header>
  );
};
