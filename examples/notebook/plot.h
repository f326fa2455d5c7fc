// A curve in the terminal and as SVG, when a program is called with `--plot FOLDER`.
#pragma once

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace plotting {

// The folder after --plot; empty if there is none.
inline std::string folder(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--plot") return argv[i + 1];
  return {};
}

struct Scale {
  double low, high;
  bool logarithmic;
  // 0 at the bottom, 1 at the top.
  double at(double v) const {
    if (logarithmic)
      return (std::log10(std::max(v, low)) - std::log10(low)) / (std::log10(high) - std::log10(low));
    return (v - low) / (high - low);
  }
};

// A cost that falls over many decades is drawn on a logarithmic axis; what is zero stands at the bottom.
inline Scale scale_of(const std::vector<double>& y) {
  double low = 0, high = 0;
  for (double v : y) {
    high = std::max(high, v);
    if (v > 0) low = low == 0 ? v : std::min(low, v);
  }
  if (low == high) return {0, high > 0 ? high : 1, false};
  return high / low > 1000 ? Scale{std::max(low, high * 1e-16), high, true} : Scale{0, high, false};
}

inline void in_terminal(const std::string& title, const std::vector<double>& y) {
  constexpr int width = 60, height = 12;
  Scale scale = scale_of(y);
  std::vector<std::string> rows(height, std::string(width, ' '));
  for (size_t i = 0; i < y.size(); ++i) {
    int column =
        y.size() < 2
            ? 0
            : static_cast<int>(static_cast<double>(i) * (width - 1) / static_cast<double>(y.size() - 1));
    int row = static_cast<int>(std::lround(scale.at(y[i]) * (height - 1)));
    rows[static_cast<size_t>(height - 1 - std::clamp(row, 0, height - 1))][static_cast<size_t>(column)] = '*';
  }
  std::cout << '\n' << title << (scale.logarithmic ? " (logarithmic)" : "") << '\n';
  for (int r = 0; r < height; ++r) {
    if (r == 0)
      std::cout << std::setw(10) << std::setprecision(3) << scale.high;
    else if (r == height - 1)
      std::cout << std::setw(10) << std::setprecision(3) << scale.low;
    else
      std::cout << std::string(10, ' ');
    std::cout << " |" << rows[static_cast<size_t>(r)] << '\n';
  }
  std::cout << std::string(11, ' ') << '+' << std::string(width, '-') << '\n';
  std::cout << std::string(12, ' ') << 0 << std::setw(width - 1) << y.size() - 1 << '\n';
}

inline void as_svg(const std::string& path, const std::string& title, const std::vector<double>& y) {
  constexpr double width = 640, height = 400, left = 70, right = 20, top = 40, bottom = 40;
  Scale scale = scale_of(y);
  auto px = [&](size_t i) {
    return left + (width - left - right) * static_cast<double>(i) /
                      static_cast<double>(std::max<size_t>(y.size() - 1, 1));
  };
  auto py = [&](double v) {
    return height - bottom - (height - top - bottom) * std::clamp(scale.at(v), 0.0, 1.0);
  };
  std::ofstream out(path);
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"400\" viewBox=\"0 0 640 400\" "
         "font-family=\"sans-serif\" font-size=\"13\">\n"
      << "<rect width=\"640\" height=\"400\" fill=\"white\"/>\n"
      << "<text x=\"320\" y=\"24\" text-anchor=\"middle\" font-size=\"16\">" << title << "</text>\n"
      << "<path d=\"M" << left << ' ' << top << "V" << height - bottom << "H" << width - right
      << "\" fill=\"none\" stroke=\"#444\"/>\n";
  out << std::setprecision(3);
  for (double v : {scale.low, scale.high})
    out << "<text x=\"" << left - 8 << "\" y=\"" << py(v) + 4 << "\" text-anchor=\"end\">" << v
        << "</text>\n";
  out << "<text x=\"" << left << "\" y=\"" << height - 18 << "\">0</text>\n"
      << "<text x=\"" << width - right << "\" y=\"" << height - 18 << "\" text-anchor=\"end\">"
      << y.size() - 1 << "</text>\n";
  out << std::setprecision(6) << "<polyline fill=\"none\" stroke=\"#0a6\" stroke-width=\"2\" points=\"";
  for (size_t i = 0; i < y.size(); ++i) out << px(i) << ',' << py(y[i]) << ' ';
  out << "\"/>\n</svg>\n";
}

} // namespace plotting

// matplotlib's plt.plot(cost), where the caller asked for it.
inline void plot(int argc, char** argv, const std::string& name, const std::vector<double>& cost) {
  std::string folder = plotting::folder(argc, argv);
  if (folder.empty()) return;
  plotting::in_terminal(name, cost);
  plotting::as_svg(folder + "/" + name + ".svg", name, cost);
}
