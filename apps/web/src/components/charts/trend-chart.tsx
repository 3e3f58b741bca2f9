import { scaleBand, scaleLinear } from "@visx/scale";
import { Bar, LinePath } from "@visx/shape";
import { useState } from "react";
import { useWidth } from "./use-width";

export type Point = {
  key: string;
  /** Beneath the chart, where there is room. */
  short: string;
  /** Which days. */
  days: string;
  /** Null for a part in which nothing ended: the line has a gap there. */
  value: number | null;
  /** A second line, dashed. */
  further?: number | null;
  /** The numbers in words. */
  text: string;
};

type Props = {
  /** What is drawn, for those who do not see it; the table beneath has the numbers. */
  label: string;
  points: readonly Point[];
  shape: "line" | "bars";
  say: (value: number) => string;
  /** The lines across are at round numbers of this. */
  unit?: number;
  /** Of the lines, where there are two. */
  legend?: { value: string; further: string };
};

const HEIGHT = 220;
const TOP = 12;
const BOTTOM = 26;
const LEFT = 64;
const RIGHT = 12;
const WIDTH_OF_LABEL = 64;

/** How something went over time. Pointing at a part says its numbers; so do the arrow keys. */
export function TrendChart({ label, points, shape, say, unit = 1, legend }: Props) {
  const [box, width] = useWidth<HTMLDivElement>();
  const [chosen, choose] = useState<number | null>(null);
  const last = points.length - 1;
  const at = chosen === null ? null : Math.min(chosen, last);
  const x = scaleBand({
    domain: points.map(({ key }) => key),
    range: [LEFT, Math.max(LEFT + 1, width - RIGHT)],
    paddingInner: 0.25,
    paddingOuter: 0.1,
  });
  const most = Math.max(0, ...points.flatMap(({ value, further }) => [value ?? 0, further ?? 0]));
  const y = scaleLinear({
    domain: [0, (most || 1) / unit],
    range: [HEIGHT - BOTTOM, TOP],
    nice: 4,
  });
  const height = (value: number) => y(value / unit);
  const middle = ({ key }: Point) => (x(key) ?? 0) + x.bandwidth() / 2;
  const every = Math.max(1, Math.ceil((points.length * WIDTH_OF_LABEL) / (width - LEFT - RIGHT)));
  const point = at === null ? undefined : points[at];
  const step = (by: number) => choose(Math.max(0, Math.min(last, (at ?? last + 1) + by)));
  return (
    <div ref={box} className="min-w-0">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read it part by part
        tabIndex={0}
        className="block max-w-full rounded-sm"
        onPointerLeave={() => choose(null)}
        onBlur={() => choose(null)}
        onKeyDown={({ key }) => {
          if (key === "ArrowLeft") step(-1);
          if (key === "ArrowRight") step(1);
        }}
      >
        {y.ticks(4).map((tick) => (
          <g key={tick} transform={`translate(0 ${y(tick)})`}>
            <line x1={LEFT} x2={width - RIGHT} className="stroke-line" />
            <text x={LEFT - 8} dy="0.32em" textAnchor="end" className="fill-muted text-2xs">
              {say(tick * unit)}
            </text>
          </g>
        ))}
        {points.map(
          (one, index) =>
            (last - index) % every === 0 && (
              <text
                key={one.key}
                x={middle(one)}
                y={HEIGHT - 8}
                textAnchor="middle"
                className="fill-muted text-2xs"
              >
                {one.short}
              </text>
            ),
        )}
        {point && (
          <rect
            x={(x(point.key) ?? 0) - 2}
            y={TOP}
            width={x.bandwidth() + 4}
            height={HEIGHT - TOP - BOTTOM}
            className="fill-sunken"
          />
        )}
        {shape === "bars" ? (
          points.map((one) => (
            <Bar
              key={one.key}
              x={x(one.key) ?? 0}
              width={x.bandwidth()}
              y={height(one.value ?? 0)}
              height={HEIGHT - BOTTOM - height(one.value ?? 0)}
              rx={2}
              className="fill-accent"
            />
          ))
        ) : (
          <Lines points={points} x={middle} y={height} />
        )}
        {points.map((one, index) => (
          <Bar
            key={one.key}
            x={(x(one.key) ?? 0) - (x.step() - x.bandwidth()) / 2}
            width={x.step()}
            y={0}
            height={HEIGHT}
            className="fill-transparent"
            onPointerEnter={() => choose(index)}
            onPointerDown={() => choose(index)}
          />
        ))}
      </svg>
      <div className="flex min-h-10 flex-wrap items-start justify-between gap-x-4 gap-y-1 pt-1 text-xs text-muted">
        {legend && <Legend {...legend} />}
        <output aria-live="polite" className="tabular-nums">
          {point && (
            <>
              <span className="font-medium text-text">{point.days}</span> · {point.text}
            </>
          )}
        </output>
      </div>
    </div>
  );
}

type LinesProps = {
  points: readonly Point[];
  x: (point: Point) => number;
  y: (value: number) => number;
};

function Lines({ points, x, y }: LinesProps) {
  const ofFurther = points.filter(({ further }) => further != null);
  return (
    <>
      {ofFurther.length > 0 && (
        <LinePath
          data={[...points]}
          x={x}
          y={({ further }) => y(further ?? 0)}
          defined={({ further }) => further != null}
          strokeDasharray="5 4"
          strokeWidth={1.5}
          className="stroke-muted"
        />
      )}
      <LinePath
        data={[...points]}
        x={x}
        y={({ value }) => y(value ?? 0)}
        defined={({ value }) => value !== null}
        strokeWidth={2}
        className="stroke-accent-text"
      />
      {points.map(
        (point) =>
          point.value !== null && (
            <circle
              key={point.key}
              cx={x(point)}
              cy={y(point.value)}
              r={3}
              className="fill-accent-text"
            />
          ),
      )}
    </>
  );
}

function Legend({ value, further }: { value: string; further: string }) {
  return (
    <span className="flex flex-wrap gap-x-4">
      <span className="flex items-center gap-1.5">
        <svg aria-hidden width="22" height="8">
          <line x1="0" x2="22" y1="4" y2="4" strokeWidth="2" className="stroke-accent-text" />
          <circle cx="11" cy="4" r="3" className="fill-accent-text" />
        </svg>
        {value}
      </span>
      <span className="flex items-center gap-1.5">
        <svg aria-hidden width="22" height="8">
          <line
            x1="0"
            x2="22"
            y1="4"
            y2="4"
            strokeWidth="1.5"
            strokeDasharray="5 4"
            className="stroke-muted"
          />
        </svg>
        {further}
      </span>
    </span>
  );
}
