import { type ReactNode, useId } from "react";

/** A part of the page with its heading, which names it for those who jump from landmark to landmark. */
export const Card = ({
  title,
  aside,
  className = "",
  children,
}: {
  readonly title: string;
  /** What stands at the heading's other end. */
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) => {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
};
