/** A choice of a few, side by side: radio buttons, for the keyboard as for screen readers. */
export const Choice = <T extends string>({
  label,
  name,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}) => (
  <fieldset className="choice">
    <legend>{label}</legend>
    <div>
      {options.map(([option, title]) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            value={option}
            checked={option === value}
            onChange={() => onChange(option)}
          />
          <span>{title}</span>
        </label>
      ))}
    </div>
  </fieldset>
);
