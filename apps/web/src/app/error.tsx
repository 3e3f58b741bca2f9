"use client";

import { ErrorState } from "@/components/error-state";

type Props = { error: Error; reset: () => void };

export default function ErrorPage({ error, reset }: Props) {
  return (
    <main>
      <ErrorState error={error} onRetry={reset} />
    </main>
  );
}
