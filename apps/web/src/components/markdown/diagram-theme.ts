import type { Theme } from "@/lib/theme";

/** Mermaid computes with its colours, so they are written out; they match `globals.css`. */
export const diagramColours: Record<Theme, Record<string, string | boolean>> = {
  light: {
    darkMode: false,
    background: "#ffffff",
    primaryColor: "#e9effd",
    primaryTextColor: "#1a1e25",
    primaryBorderColor: "#8aa6e8",
    secondaryColor: "#f1f3f6",
    tertiaryColor: "#f7f8fa",
    lineColor: "#565e6c",
    textColor: "#1a1e25",
    noteBkgColor: "#fdf3dd",
    noteTextColor: "#1a1e25",
    noteBorderColor: "#d9b765",
    edgeLabelBackground: "#ffffff",
    clusterBkg: "#f7f8fa",
    clusterBorder: "#c9ced6",
  },
  dark: {
    darkMode: true,
    background: "#14171c",
    primaryColor: "#1d2b52",
    primaryTextColor: "#e8eaee",
    primaryBorderColor: "#4c6cc0",
    secondaryColor: "#232831",
    tertiaryColor: "#1b1f26",
    lineColor: "#a5acb8",
    textColor: "#e8eaee",
    noteBkgColor: "#3a2f14",
    noteTextColor: "#e8eaee",
    noteBorderColor: "#8a6d2b",
    edgeLabelBackground: "#14171c",
    clusterBkg: "#1b1f26",
    clusterBorder: "#3a414d",
  },
};

/** How a box is marked, on light and on dark. */
export const MARK = "stroke:#d97706,stroke-width:4px";
