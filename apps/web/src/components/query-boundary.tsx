"use client";

import { QueryErrorResetBoundary } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Component, Suspense } from "react";
import { ErrorState } from "./error-state";

type Props = {
  /** Shown while the first data comes; the same size as what it stands for. */
  skeleton: ReactNode;
  children: ReactNode;
};

/** Around a screen that reads with `useSuspenseQuery`: waiting and failure are said here, once. */
export function QueryBoundary({ skeleton, children }: Props) {
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <ErrorCatcher onReset={reset}>
          <Suspense fallback={skeleton}>{children}</Suspense>
        </ErrorCatcher>
      )}
    </QueryErrorResetBoundary>
  );
}

type CatcherProps = { onReset: () => void; children: ReactNode };
type CatcherState = { error: unknown };

/** React catches errors of rendering in classes only. */
class ErrorCatcher extends Component<CatcherProps, CatcherState> {
  override state: CatcherState = { error: null };

  static getDerivedStateFromError(error: unknown): CatcherState {
    return { error };
  }

  retry = () => {
    this.props.onReset();
    this.setState({ error: null });
  };

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={this.retry} />;
  }
}
