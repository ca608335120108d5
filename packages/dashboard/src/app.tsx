import { useEffect, useMemo } from "react";
import { Route, Switch } from "wouter";
import type { Network } from "./live/network.ts";
import { BlockPage } from "./pages/block-page.tsx";
import { Header } from "./pages/header.tsx";
import { NoticeBar } from "./pages/notice.tsx";
import { Overview } from "./pages/overview.tsx";
import { TransactionPage } from "./pages/transaction-page.tsx";
import { PageProvider } from "./parts/context.tsx";
import { useRemembered } from "./parts/remembered.ts";
import { chooseTheme } from "./parts/theme.ts";
import { useArrival } from "./parts/use-arrival.ts";
import { chooseLanguage, LANGUAGES } from "./text/language.ts";

/** The page: its header and the view that the address names. */
export const App = ({ network }: { readonly network: Network }) => {
  const [language, setLanguage] = useRemembered("language", (remembered) =>
    chooseLanguage(remembered, navigator.languages),
  );
  const [theme, setTheme] = useRemembered("theme", chooseTheme);
  const main = useArrival();
  const text = LANGUAGES[language];
  const page = useMemo(() => ({ network, text, language }), [network, text, language]);
  useEffect(() => {
    const { documentElement: root } = document;
    root.lang = language;
    if (theme === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = theme;
  }, [language, theme]);
  return (
    <PageProvider page={page}>
      <a className="skip" href="#content">
        {text.skip}
      </a>
      <Header theme={theme} setTheme={setTheme} setLanguage={setLanguage} />
      <NoticeBar />
      <main id="content" tabIndex={-1} ref={main}>
        <Switch>
          <Route path="/">
            <Overview />
          </Route>
          <Route path="/transaction/:id">{({ id }) => <TransactionPage key={id} id={id} />}</Route>
          <Route path="/block/:which">{({ which }) => <BlockPage key={which} which={which} />}</Route>
          <Route>
            <p className="empty">{text.lost}</p>
          </Route>
        </Switch>
      </main>
    </PageProvider>
  );
};
