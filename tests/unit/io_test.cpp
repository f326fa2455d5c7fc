// Files of tensors, and what isn't one.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "io/json.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/io.h"

namespace talweg {
namespace {

namespace fs = std::filesystem;

TEST(Json, ReadsEveryKindOfValue) {
  json::Value v = json::parse(
      R"( {"a": [1, -0, 2.5, 1e3, true, false, null], "b": {"c": "x\u00e9\ud83d\ude00\n"}, "": 9223372036854775807} )");
  auto& a = *v.find("a")->as<json::Array>();
  EXPECT_EQ(*a[0].as<int64_t>(), 1);
  EXPECT_EQ(*a[1].as<int64_t>(), 0);
  EXPECT_EQ(*a[2].as<double>(), 2.5);
  EXPECT_EQ(*a[3].as<double>(), 1000);
  EXPECT_TRUE(*a[4].as<bool>());
  EXPECT_TRUE(a[6].is_null());
  EXPECT_EQ(*v.find("b")->find("c")->as<std::string>(), "x\xc3\xa9\xf0\x9f\x98\x80\n");
  EXPECT_EQ(*v.find("")->as<int64_t>(), INT64_MAX);
  EXPECT_EQ(*json::parse(json::quote("a\"\\\n\x01")).as<std::string>(), "a\"\\\n\x01");
}

TEST(Json, RefusesEverythingElse) {
  for (std::string text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "[1 2]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "01",
                           "1.",
                           ".5",
                           "+1",
                           "1e",
                           "nul",
                           "NaN",
                           "\"\\x\"",
                           "\"\\ud800\"",
                           "\"\n\"",
                           "\"",
                           "[]x",
                           "9223372036854775808",
                           "1e999",
                           "{\"a\":1,\"a\":2}",
                           "\"\xc0\x80\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xff\"",
                           "{\"a\" 1}"})
    EXPECT_THROW(json::parse(text), FormatError) << text;
  EXPECT_THROW(json::parse(std::string(1'000'000, '[')), FormatError);
  EXPECT_NO_THROW(json::parse(std::string(100, '[') + std::string(100, ']')));
}

class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() /
              ("talweg_io_test_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "_" +
               std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string file(const char* name) const { return (path_ / name).string(); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(Safetensors, RoundTripsEveryDtype) {
  Folder folder;
  NamedTensors items;
  for (int d = 0; d < dtype_count; ++d) {
    auto dtype = static_cast<Dtype>(d);
    items.emplace_back("t" + std::to_string(dtype_count - d), arange(6).view({2, 3}).to(dtype));
    items.emplace_back("strided " + std::string(name(dtype)), arange(6).view({2, 3}).to(dtype).t());
  }
  items.emplace_back("empty", zeros({0, 3}));
  items.emplace_back("scalar \"\xc3\xa9\"", tensor(1.5));
  std::string path = folder.file("a.safetensors");
  save_safetensors(path, items);
  auto loaded = load_safetensors(path);
  ASSERT_EQ(loaded.size(), items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(loaded[i].first, items[i].first);
    EXPECT_EQ(loaded[i].second.dtype(), items[i].second.dtype());
    EXPECT_TRUE(loaded[i].second.equal(items[i].second)) << items[i].first;
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
  EXPECT_THROW(save_safetensors(path, {{"a", tensor(1.0)}, {"a", tensor(2.0)}}), ValueError);
  EXPECT_THROW(save_safetensors(folder.file("no/such/folder"), items), FormatError);
  EXPECT_EQ(load_safetensors(path).size(), items.size());
  EXPECT_THROW(load_safetensors(folder.file("missing")), FormatError);
}

std::vector<unsigned char> file_of(const std::string& header, size_t data) {
  std::vector<unsigned char> out(8 + header.size() + data);
  uint64_t length = header.size();
  std::memcpy(out.data(), &length, 8);
  std::memcpy(out.data() + 8, header.data(), header.size());
  return out;
}

TEST(Safetensors, RefusesMalformedFiles) {
  auto accepts = [](const std::string& header, size_t data) {
    return load_safetensors(file_of(header, data)).size();
  };
  EXPECT_EQ(accepts(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8), 1u);
  EXPECT_EQ(accepts(R"({"__metadata__":{"k":"v"}}   )", 0), 0u);
  struct Case {
    const char* header;
    size_t data;
  } cases[] = {
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 7},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 9},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8},
      {R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[2]}})", 8},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", 8},
      {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
       16},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
       12},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}})",
       20},
      {R"({"__metadata__":{"k":1}})", 0},
      {R"({"__metadata__":[]})", 0},
      {R"([])", 0},
      {R"( {})", 0},
      {R"({} x)", 0},
      {"", 0},
  };
  for (const Case& c : cases) EXPECT_THROW(accepts(c.header, c.data), FormatError) << c.header;
  for (size_t size = 0; size < 12; ++size) {
    std::vector<unsigned char> bytes(size, 0xff);
    EXPECT_THROW(load_safetensors(bytes), FormatError);
  }
  auto strange = file_of(R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", 2);
  strange.back() = 7;
  EXPECT_THROW(load_safetensors(strange), FormatError);
}

TEST(Safetensors, ReportsDtypesItLacksWhenTheyAreAskedFor) {
  auto bytes = file_of(
      R"({"a":{"dtype":"U64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}})",
      12);
  SafetensorsReader reader(bytes);
  EXPECT_EQ(reader.entries()[0].dtype, "U64");
  EXPECT_EQ(reader.read("b").item<float>(), 0);
  EXPECT_THROW(reader.read("a"), DtypeError);
  EXPECT_THROW(reader.read("c"), KeyError);
  EXPECT_THROW(load_safetensors(bytes), DtypeError);
}

} // namespace
} // namespace talweg
