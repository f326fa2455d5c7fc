// Python's print(): each value as str() writes it, one blank between them.
#pragma once

#include <iostream>
#include <string>

#include <talweg/talweg.h>

inline std::string str(const std::string& text) { return text; }
inline std::string str(const char* text) { return text; }
template <class T>
std::string str(const T& value) {
  return tw::repr(value);
}

template <class First, class... Rest>
void print(const First& first, const Rest&... rest) {
  std::cout << str(first);
  ((std::cout << ' ' << str(rest)), ...);
  std::cout << '\n';
}
