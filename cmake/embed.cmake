# heed_embed(NAME GLOB): an object library with the bytes of the matching files
# in it, and in C:
#
#   struct embedded_file { const char *name, *data, *end; };
#   extern const struct embedded_file NAME[];   ends with name NULL
#
# The assembler's .incbin brings the bytes in, so that large files cost nothing
# to compile; the dependency on each file is stated to the build.
function(heed_embed name pattern)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${pattern})
  set(out ${CMAKE_BINARY_DIR}/embed/${name}.c)
  set(text "#include <stddef.h>\n\n#include \"app/embedded.h\"\n\n")
  set(rows "")
  set(n 0)
  foreach(file IN LISTS files)
    get_filename_component(base ${file} NAME)
    string(APPEND text
      "__asm__(\".section .rodata\\n\"\n"
      "        \"${name}_${n}:\\n\"\n"
      "        \".incbin \\\"${file}\\\"\\n\"\n"
      "        \"${name}_${n}_end:\\n\"\n"
      "        \".byte 0\\n\"\n"
      "        \".previous\\n\");\n"
      "extern const char ${name}_${n}[], ${name}_${n}_end[];\n")
    string(APPEND rows "    {\"${base}\", ${name}_${n}, ${name}_${n}_end},\n")
    math(EXPR n "${n} + 1")
  endforeach()
  string(APPEND text "\nconst struct embedded_file ${name}[] = {\n${rows}"
    "    {NULL, NULL, NULL},\n};\n")
  file(CONFIGURE OUTPUT ${out} CONTENT "${text}" @ONLY)
  set_source_files_properties(${out} PROPERTIES OBJECT_DEPENDS "${files}")
  add_library(${name} STATIC ${out})
  target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/include/app)
endfunction()
