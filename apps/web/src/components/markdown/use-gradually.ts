import { useEffect, useState } from "react";

/** How many of `total` pieces to render: the first at once, the others one by one as there is time. */
export function useGradually(total: number): number {
  const [count, setCount] = useState(1);
  useEffect(() => {
    if (count >= total) return;
    // A timer, so that the browser can answer to keys and clicks between two pieces.
    const timer = setTimeout(() => setCount(count + 1), 16);
    return () => clearTimeout(timer);
  }, [count, total]);
  return Math.min(count, total);
}
