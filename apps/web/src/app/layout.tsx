import "@fontsource-variable/inter";
import "./globals.css";
// Here: a style sheet that comes with a page has the browser style everything anew on the way to it.
import "@/components/markdown/markdown.css";
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { Providers } from "@/components/providers";

// No title here: `PageTitle` sets it for each page, in the reader's language.
export const metadata: Metadata = { description: "The control tower for AI-built projects" };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* Not as a `viewport`: each page would set that anew, and the browser style everything again. */}
        <meta name="color-scheme" content="light dark" />
        {/* Not deferred: it must run before the first paint. */}
        <script src="/theme.js" />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
