# A function alone.

variable "stage" {
  type = string
}

variable "memory_size" {
  type = number
}

resource "aws_lambda_function" "hello" {
  function_name    = "hello"
  role             = "arn:aws:iam::000000000000:role/hello"
  runtime          = "python3.13"
  handler          = "index.handler"
  filename         = "code.zip"
  source_code_hash = filebase64sha256("code.zip")
  publish          = true
  timeout          = 5
  memory_size      = var.memory_size
  tags = {
    stage = var.stage
  }
  environment {
    variables = {
      STAGE = var.stage
    }
  }
}

output "version" {
  value = aws_lambda_function.hello.version
}
